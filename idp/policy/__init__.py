"""Second-factor policy: which level a sign-in must reach, and why. Pure.

Owns rules, the requirement they add up to, and its explanation. Leaves proofs to `authenticators`, asking to `login`,
and loading to `storage`. The function that decides is the function that explains: reasons come with every answer.
"""
