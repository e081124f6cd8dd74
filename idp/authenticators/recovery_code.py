"""Recovery codes: the ten single-use look-up secrets that stand in for the authenticator app (SP 800-63B 3.1.2).

Owns their making, what counts as one when typed, and the slow half of their stored form: argon2id. The other half is
HMAC with a key that the database does not hold (`keystore`); the spending is one statement (`storage`).
"""

from collections.abc import Iterator
from itertools import islice

from argon2.low_level import Type, hash_secret_raw

from idp.authenticators.typed import (
    LONGEST_TYPED,
    RECOVERY_ALPHABET,
    RECOVERY_LENGTH,
    Empty,
    LooksLikeAppCode,
    WrongShape,
    has_app_shape,
    has_recovery_shape,
    without_gaps,
)
from idp.values.entropy import Entropy
from idp.values.secrets import RecoveryCode

SET_SIZE = 10
GROUP = 4
LOW = 3
"""At so many codes left, or fewer, each sign-in warns."""
SALT_OCTETS = 16

TIME_COST, MEMORY_COST, PARALLELISM, OCTETS = 2, 19 * 1024, 1, 32
"""A password's default costs (memory in KiB), but fixed: a digest does not tell its costs, so they cannot change."""

_FAIR = 256 - 256 % len(RECOVERY_ALPHABET)


def new_set(entropy: Entropy) -> tuple[RecoveryCode, ...]:
    """Ten codes of 16 characters, 79 bits each (SP 800-63B 4.2.1.1 asks for 64)."""
    drawn = characters(entropy)
    return tuple(RecoveryCode("".join(islice(drawn, RECOVERY_LENGTH))) for _ in range(SET_SIZE))


def characters(entropy: Entropy) -> Iterator[str]:
    """Of the alphabet, each as likely as any other, without end."""
    while True:
        # Octets past the last whole multiple of 31 are drawn again: a remainder would favour the first letters.
        yield from (RECOVERY_ALPHABET[octet % len(RECOVERY_ALPHABET)] for octet in entropy(32) if octet < _FAIR)


def normalised(text: str) -> str:
    """`text` as it is compared: lower-case ASCII, no spaces, no dashes."""
    code = without_gaps(text)
    return code.lower() if code.isascii() else code  # The Kelvin sign would become a "k".


def parse(text: str) -> RecoveryCode | WrongShape | LooksLikeAppCode | Empty:
    """The code that was typed, in any case, with or without its dashes."""
    if len(text) > LONGEST_TYPED:
        return WrongShape()
    code = normalised(text)
    if not code:
        return Empty()
    if has_recovery_shape(code):
        return RecoveryCode(code)
    return LooksLikeAppCode() if has_app_shape(code) else WrongShape()


def display(code: RecoveryCode) -> str:
    """The code as it is shown and saved: `k7pm-x2dq-9w4t-c8hn`."""
    return grouped(code.expose())


def grouped(text: str) -> str:
    """Four characters at a time, with dashes between."""
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def new_salt(entropy: Entropy) -> bytes:
    """One salt per set, so that a single hash is enough to look a typed code up in it."""
    return entropy(SALT_OCTETS)


def stretched(code: RecoveryCode, salt: bytes) -> bytes:
    """The slow half, about 20 ms of CPU (SP 800-63B 3.1.2.2: a secret under 112 bits is stored as a password hash)."""
    return hash_secret_raw(code.expose().encode(), salt, TIME_COST, MEMORY_COST, PARALLELISM, OCTETS, Type.ID)
