"""What a person can be asked next: one value per page of a sign-in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Answer(StrEnum):
    """What a person answered inside one Interaction and that leaves no other trace: kept on the Interaction."""

    SAME_ACCOUNT = "same_account"
    OTHER_ACCOUNT = "other_account"
    CONSENT = "consent"
    RECOVERY_USED = "recovery_used"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Name and password."""

    again: bool
    """Somebody is signed in here, but the request asks for a fresh proof (prompt=login, max_age)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectAccount:
    """Go on as the person signed in here, or as another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveFactor:
    """A code of an authenticator app, or a recovery code on a page of its own."""

    recovery: bool
    """Whether a recovery code could be used."""
    codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """A new password before going on."""

    reason: Literal["set_by_other", "compromised", "too_short"]
    minimum: int
    """Characters that the new one must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol:
    """Set up an authenticator app: forced, because the requirement cannot be met without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRecoveryCodes:
    """Save the recovery codes and say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceApp:
    """After a recovery code: set up the app again, or go on for now."""

    codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Allow the client these scopes."""

    scopes: tuple[str, ...]


Step = SignIn | SelectAccount | ProveFactor | ChangePassword | Enrol | SaveRecoveryCodes | ReplaceApp | Consent
