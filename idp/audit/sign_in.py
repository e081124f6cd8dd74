"""What people do while they sign in and afterwards: every attempt, every authenticator, consent, sessions."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from idp.audit.event import PERSONAL, Event
from idp.values.ids import AuthenticatorId, GrantId, RememberedId

PasswordRefusal = Literal[
    "wrong", "unknown_name", "no_password", "user_disabled", "paused", "closed", "changed_meanwhile"
]
KeyFault = Literal[
    "bad_shape",
    "wrong_challenge",
    "wrong_origin",
    "wrong_relying_party",
    "not_present",
    "not_verified",
    "unknown_key",
    "foreign_person",
    "bad_signature",
    "counter_went_back",
    "answered_meanwhile",
    "suspended",
    "user_disabled",
    "paused",
    "disabled",
]
"""What an answer of a key, or the key itself, can be refused for."""
FactorRefusal = Literal["wrong", "replayed", "used", "paused", "disabled", "not_enrolled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordProved(Event):
    """The right password of an active user."""

    kind: ClassVar[str] = "password_proved"
    known_browser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRefused(Event):
    """A password that did not count, for whatever reason; the person always sees the same words."""

    kind: ClassVar[str] = "password_refused"
    reason: PasswordRefusal
    failures: int | None = None
    """In a row, this one included."""
    name: str | None = field(default=None, metadata=PERSONAL)
    """The login name as typed, where nobody has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyProved(Event):
    """A passkey alone: it said who it is, and had verified the person."""

    kind: ClassVar[str] = "passkey_proved"
    method: str
    authenticator: AuthenticatorId


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRefused(Event):
    """A passkey that did not count; about nobody where it is nobody's. The person always sees the same words."""

    kind: ClassVar[str] = "passkey_refused"
    reason: KeyFault
    failures: int | None = None
    """In a row, this one included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCopied(Event):
    """A key signed rightly with a counter that had been passed, so there are two of it: it is suspended."""

    kind: ClassVar[str] = "key_copied"
    authenticator: AuthenticatorId


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorProved(Event):
    """A second factor, or a recovery code in its place."""

    kind: ClassVar[str] = "factor_proved"
    method: str
    authenticator: AuthenticatorId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRefused(Event):
    """A code or a key that did not count."""

    kind: ClassVar[str] = "factor_refused"
    method: str
    reason: FactorRefusal | KeyFault
    failures: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentStarted(Event):
    """A set-up secret was made and shown."""

    kind: ClassVar[str] = "enrolment_started"
    method: str = "otp"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRefused(Event):
    """The test code of an enrolment did not match."""

    kind: ClassVar[str] = "enrolment_refused"
    method: str = "otp"
    reason: Literal["wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentConfirmed(Event):
    """An authenticator counts from now on."""

    kind: ClassVar[str] = "enrolment_confirmed"
    method: str = "otp"
    authenticator: AuthenticatorId
    replaced: bool = False
    """It took the place of one that the person had, or of all."""
    further: bool = False
    """It stands beside others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentPutOff(Event):
    """The person went on with one factor, as a rule's grace lets until then."""

    kind: ClassVar[str] = "enrolment_put_off"
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentDue(Event):
    """The person was reminded that a second factor must be set up until then."""

    kind: ClassVar[str] = "enrolment_due"
    until: datetime
    days: int
    """Before the end: which of the reminders it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesMade(Event):
    """A new set; the one before it ended."""

    kind: ClassVar[str] = "recovery_codes_made"
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesAcknowledged(Event):
    """The person said that the codes are saved."""

    kind: ClassVar[str] = "recovery_codes_acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """One code of the set is spent."""

    kind: ClassVar[str] = "recovery_code_used"
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorTurnedOff(Event):
    """The person took app and recovery codes away, where policy lets."""

    kind: ClassVar[str] = "second_factor_turned_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """The person chose a new password."""

    kind: ClassVar[str] = "password_changed"
    reason: Literal["set_by_other", "compromised", "too_short", "wanted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCompleted(Event):
    """Every check passed and a code was issued; a silent one asked the person nothing."""

    kind: ClassVar[str] = "sign_in_completed"
    acr: str
    amr: tuple[str, ...]
    grant: GrantId | None = None
    silent: bool = False
    waiver: str | None = None
    """The kind of the waiver that lowered the level, such as `exempt`."""
    waived_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserRemembered(Event):
    """The person asked not to be asked for the second factor in this browser again until then, as the rules let."""

    kind: ClassVar[str] = "browser_remembered"
    browser: RememberedId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserForgotten(Event):
    """The person took that back, for one browser or for all."""

    kind: ClassVar[str] = "browser_forgotten"
    browser: RememberedId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCancelled(Event):
    """The person went back to the app."""

    kind: ClassVar[str] = "sign_in_cancelled"
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Event):
    """The person allowed a client these scopes."""

    kind: ClassVar[str] = "consent_given"
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDenied(Event):
    """The person refused."""

    kind: ClassVar[str] = "consent_denied"
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDisconnected(Event):
    """The person withdrew what a client was allowed; its grants ended."""

    kind: ClassVar[str] = "app_disconnected"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Event):
    """The person ended the browser session, here or by way of an app."""

    kind: ClassVar[str] = "signed_out"
    by: Literal["person", "relying_party"] = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """A browser session was ended by something else than a sign-out in that browser."""

    kind: ClassVar[str] = "session_ended"
    reason: Literal["admin", "followed", "other_person", "person"]
    """`followed`: another one came after it in the same browser, and has ended."""
