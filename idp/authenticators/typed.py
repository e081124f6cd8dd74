"""What a person typed into the one text box for a code: the gaps removed, and the ways in which it can be no code.

Owns the shapes of both kinds of code, because `totp` and `recovery_code` each recognise the other's.
"""

import re
import unicodedata
from dataclasses import dataclass

RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""31 characters: lower-case letters and digits without 0 o 1 i l, which look alike."""
RECOVERY_LENGTH = 16

LONGEST_TYPED = 256
"""Code points of a typed code that are looked at; nothing longer can be one, however many gaps it holds."""

_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u202a\u202c\u2060\u2066\u2069\ufeff")
_MINUS = "\u2212"
_GAPS = frozenset({"Zs", "Zl", "Zp", "Pd"})
_RECOVERY_SHAPE = re.compile(rf"[{RECOVERY_ALPHABET}]{{{RECOVERY_LENGTH}}}", re.ASCII | re.IGNORECASE)
_APP_SHAPE = re.compile("[0-9]{6,8}")


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing was typed, or only spaces and dashes."""


@dataclass(frozen=True, slots=True)
class WrongShape:
    """What was typed cannot be such a code, whatever the secret is; it counts as no attempt."""


@dataclass(frozen=True, slots=True)
class LooksLikeRecoveryCode:
    """A recovery code typed where an app code is due."""


@dataclass(frozen=True, slots=True)
class LooksLikeAppCode:
    """An app code typed where a recovery code is due."""


def without_gaps(text: str) -> str:
    """Full-width forms become ASCII; every Unicode space and dash is dropped, also those that paste along unseen.

    Nothing else is folded: NFKC would turn a superscript into a digit, which a code must not be made of.
    """
    return "".join(character for character in text[:LONGEST_TYPED].translate(_FULL_WIDTH) if not _is_gap(character))


def _is_gap(character: str) -> bool:
    return (
        character.isspace()
        or character == _MINUS
        or character in _INVISIBLE
        or unicodedata.category(character) in _GAPS
    )


def has_recovery_shape(text: str) -> bool:
    """Whether `text`, already without gaps, is shaped like a recovery code, in any case."""
    return _RECOVERY_SHAPE.fullmatch(text) is not None


def has_app_shape(text: str) -> bool:
    """Whether `text`, already without gaps, is shaped like the code of some authenticator app."""
    return _APP_SHAPE.fullmatch(text) is not None
