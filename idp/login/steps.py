"""What a person can be asked next: one value per page of a sign-in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from idp.authenticators.totp import DEFAULT


class Answer(StrEnum):
    """What a person answered inside one Interaction and that leaves no other trace: kept on the Interaction."""

    SAME_ACCOUNT = "same_account"
    OTHER_ACCOUNT = "other_account"
    CONSENT = "consent"
    RECOVERY_USED = "recovery_used"
    """The app was set up anew, or not for now."""
    CODES_SAVED = "codes_saved"
    PUT_OFF = "put_off"
    """Setting up a second factor, while the rule that will require it leaves time."""
    PASS_SHOWN = "pass_shown"
    """A right enrolment pass; it is spent only with the factor that it lets in."""
    REMEMBER = "remember"
    """This browser, from the end of the sign-in on: said with a second factor that was right."""


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
    """A code of an authenticator app, or a recovery code or a key on a page of its own."""

    recovery: bool
    """Whether a recovery code could be used."""
    codes_left: int
    app: bool = True
    """Whether a code of an app could be used."""
    key: bool = False
    """Whether a security key or passkey could be used."""
    digits: tuple[int, ...] = (DEFAULT.digits,)
    """Of the codes of the person's apps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """A new password before going on."""

    reason: Literal["set_by_other", "compromised", "too_short"]
    minimum: int
    """Characters that the new one must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEnrolmentPass:
    """Before the first factor: a one-time pass from somebody who knows the person."""

    may_wait_until: datetime | None = None
    """Until then setting up can be put off, each time anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol:
    """Set up a second factor: forced, because the requirement cannot be met without one, unless it may wait."""

    ways: tuple[Literal["app", "key"], ...] = ("app", "key")
    """What would do; the first one's page is shown first."""
    may_wait_until: datetime | None = None
    """Until then it can be put off, each time anew."""


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


Step = (
    SignIn
    | SelectAccount
    | ProveFactor
    | ChangePassword
    | ShowEnrolmentPass
    | Enrol
    | SaveRecoveryCodes
    | ReplaceApp
    | Consent
)
