"""The ways to prove who one is: methods, proofs, the level they reach, and what each authenticator accepts. Pure.

Owns the arithmetic of passwords, app codes, recovery codes and enrolment passes, what the answers of security keys
prove, the numbers of throttling, and `acr`. Owns no storage of them (`storage`), no order in which they are asked
(`login`), and no rule about who needs which (`policy`).
"""
