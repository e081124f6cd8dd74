"""People and groups as the house knows them. Pure.

Owns what a user, a profile and a group are, what may be written into them, and how a typed name is compared. Proofs of
who somebody is belong to authenticators, what apps may see of them to oidc, their rows to storage.
"""
