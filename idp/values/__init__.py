"""Small values that every room speaks in: ids, secrets, digests, sealed bytes, actors, instants.

Owns no rule and imports nothing of ours; a value that knows a rule lives in the room that owns the rule.
"""
