"""Passwords: how they are prepared, judged, hashed and verified (SP 800-63B-4 3.1.1, argon2id of RFC 9106).

Owns no thread: hashing takes about 20 ms of CPU and is run through `usecases.hashing`.
"""

import base64
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from idp.authenticators.common_passwords import is_common
from idp.values.secrets import Password

MINIMUM = 12
MINIMUM_ALONE = 15
"""SP 800-63B-4 3.1.1.2(1): where policy lets the password stand alone."""
MAXIMUM = 256
SALT_OCTETS = 16
HASH_OCTETS = 32
_LARGEST_DECOMPOSITION = 4
"""No character has a canonical decomposition of more than four code points."""


@dataclass(frozen=True, slots=True)
class HashParameters:
    """Costs of argon2id. Two settings are allowed, equal in strength; anything else raises ValueError."""

    memory: int = 19 * 1024
    """KiB."""
    passes: int = 2
    lanes: int = 1

    def __post_init__(self) -> None:
        """Refuses whatever is weaker, by name, so that a setting cannot lower the floor."""
        if (self.memory, self.passes, self.lanes) not in {(19 * 1024, 2, 1), (46 * 1024, 1, 1)}:
            raise ValueError("argon2id runs with m=19 MiB, t=2, p=1 or with m=46 MiB, t=1, p=1")

    def hasher(self) -> PasswordHasher:
        """argon2-cffi's hasher of these costs."""
        return PasswordHasher(self.passes, self.memory, self.lanes, HASH_OCTETS, SALT_OCTETS)


LESS_MEMORY = HashParameters()
"""The default: half the memory, so that twice as many sign-ins fit."""
MORE_MEMORY = HashParameters(memory=46 * 1024, passes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRule:
    """What a new password must meet. No composition rule, no maximum age (SP 800-63B-4 3.1.1.2(5)(6))."""

    minimum: int = MINIMUM
    maximum: int = MAXIMUM


ALONE = PasswordRule(minimum=MINIMUM_ALONE)
BESIDE_A_SECOND_FACTOR = PasswordRule()


class RefusalKind(StrEnum):
    """Why a new password is not taken."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    COMMON = "common"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason and the rule it was judged by: the first that holds is enough for the page."""

    kind: RefusalKind
    rule: PasswordRule


def prepared(text: str) -> Password:
    """`text` in NFC, so that the same password typed on another keyboard is the same (SP 800-63B-4 3.1.1.2)."""
    if len(text) > MAXIMUM * _LARGEST_DECOMPOSITION:
        return Password(text)  # Too long in any form, so the work of normalising is saved; it is refused, never cut.
    return Password(unicodedata.normalize("NFC", text))


def refusal(password: Password, rule: PasswordRule, context: Iterable[str] = ()) -> Refusal | None:
    """Why a prepared password may not be set, or None; `context` as `context_words` makes it.

    Whole strings are compared: a long password that merely contains a common word is fine.
    """
    kind = _refused(password.expose(), rule, context)
    return Refusal(kind=kind, rule=rule) if kind else None


def _refused(text: str, rule: PasswordRule, context: Iterable[str]) -> RefusalKind | None:
    if not text:
        return RefusalKind.EMPTY
    if len(text) < rule.minimum:
        return RefusalKind.TOO_SHORT
    if len(text) > rule.maximum:
        return RefusalKind.TOO_LONG
    if any(unicodedata.category(character) == "Cs" for character in text):
        return RefusalKind.NOT_TEXT  # half of a surrogate pair, which JSON can smuggle in and UTF-8 cannot hold
    if is_common(text.casefold()):
        return RefusalKind.COMMON
    forms = {_letters_and_digits(text), _without_trimmings(text)}
    return RefusalKind.CONTEXT if forms & {_letters_and_digits(word) for word in context} - {""} else None


def long_enough_alone(password: Password) -> bool:
    """Whether a prepared password may stand without a second factor; stored beside its hash, which cannot tell it."""
    return len(password.expose()) >= MINIMUM_ALONE


def context_words(service: str, username: str, email: str | None = None, apps: Iterable[str] = ()) -> frozenset[str]:
    """The words a guesser knows: names of the service, the person and the apps, the address and its parts."""
    words = {service, *apps}
    for name in (username, email or ""):
        local, _, domain = name.partition("@")
        words |= {name, local, domain, *domain.split(".")}
    return frozenset(words)


def _letters_and_digits(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _without_trimmings(text: str) -> str:
    # "Alice.Ito-2031!" is derived from "alice.ito": digits and signs around a word hide it from nobody.
    letters = [index for index, character in enumerate(text) if character.isalpha()]
    return _letters_and_digits(text[letters[0] : letters[-1] + 1]) if letters else ""


def hash_password(password: Password, parameters: HashParameters, salt: bytes) -> str:
    """The stored form, `$argon2id$…`, which names its own costs and salt. Blocks for about 20 ms."""
    return parameters.hasher().hash(_octets(password), salt=salt)


def verify(stored: str, password: Password) -> bool:
    """Whether the password is the stored one. Blocks as `hash_password` does.

    Raises argon2's VerificationError or InvalidHashError for a stored form that is none.
    """
    try:
        return _VERIFIER.verify(stored, _octets(password))
    except VerifyMismatchError:
        return False


def needs_rehash(stored: str, parameters: HashParameters) -> bool:
    """Whether the stored form was made under other costs than today's, so that the next good sign-in renews it."""
    return parameters.hasher().check_needs_rehash(stored)


def dummy_hash(parameters: HashParameters) -> str:
    """A stored form that no password meets and that costs a real one's work to verify: for names that do not exist."""
    salt, tag = _unpadded(bytes(SALT_OCTETS)), _unpadded(bytes(HASH_OCTETS))
    costs = f"m={parameters.memory},t={parameters.passes},p={parameters.lanes}"
    return f"$argon2id$v=19${costs}${salt}${tag}"


def _octets(password: Password) -> bytes:
    # A lone surrogate cannot be set (see `_refused`); presented at sign-in it must be wrong, not an exception.
    return password.expose().encode("utf-8", "surrogatepass")


def _unpadded(octets: bytes) -> str:
    return base64.b64encode(octets).decode().rstrip("=")


_VERIFIER = PasswordHasher()
"""Verifies any costs: they stand in the stored form."""
