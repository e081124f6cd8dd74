"""The login state machine. Pure.

Owns what a sign-in is (facts, steps, the one ordered table of checks) and the lives of Interactions and sessions.
Pages never route to one another: each proves one thing, stores it, and asks `next_step` again. Nothing here loads,
stores, hashes or renders; a code is only made from `Cleared`, which cannot be built while a check would ask something.
"""
