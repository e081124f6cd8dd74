"""Every mail there is, and the letter that one travels in, sealed, until it is sent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter

from idp.authenticators.methods import Counter

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoFactorOn:
    """A first second factor was set up."""

    kind: Literal["two_factor_on"] = "two_factor_on"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    method: Literal["otp", "key"] = "otp"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppReplaced:
    """Another authenticator app took the place of one, or of all."""

    kind: Literal["app_replaced"] = "app_replaced"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    codes: bool = True
    """Whether recovery codes were made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorAdded:
    """One more way in, beside those that there are."""

    kind: Literal["factor_added"] = "factor_added"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    method: Literal["otp", "key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorChanged:
    """One of several is gone, counts as lost, or counts again."""

    kind: Literal["factor_changed"] = "factor_changed"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    now: Literal["removed", "lost", "found"]
    method: Literal["otp", "key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoFactorOff:
    """The person turned it off."""

    kind: Literal["two_factor_off"] = "two_factor_off"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoFactorReset:
    """An admin took all second factors away."""

    kind: Literal["two_factor_reset"] = "two_factor_reset"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeSpent:
    """A recovery code stood in for the app."""

    kind: Literal["recovery_code_spent"] = "recovery_code_spent"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecoveryCodes:
    """A new set; the one before is void."""

    kind: Literal["new_recovery_codes"] = "new_recovery_codes"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """The password is another one."""

    kind: Literal["new_password"] = "new_password"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    by: Literal["person", "admin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyIsCopied:
    """There are two of a security key; it is suspended."""

    kind: Literal["key_is_copied"] = "key_is_copied"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStepFailed:
    """The password was right and the code, or the key, was not (ASVS V6.3.5)."""

    kind: Literal["second_step_failed"] = "second_step_failed"
    AT_MOST_EVERY: ClassVar[timedelta | None] = HOUR

    failures: int
    """In a row, the last one included."""
    with_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPaused:
    """Too many tries of one way in."""

    kind: Literal["sign_in_paused"] = "sign_in_paused"
    AT_MOST_EVERY: ClassVar[timedelta | None] = HOUR

    method: Counter
    until: datetime | None
    """None: closed until somebody opens it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBrowser:
    """A sign-in was completed in a browser that the account did not know."""

    kind: Literal["new_browser"] = "new_browser"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSwitchedOff:
    """An admin disabled the account."""

    kind: Literal["account_switched_off"] = "account_switched_off"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EverythingElseEnded:
    """The person said that something was not they."""

    kind: Literal["everything_else_ended"] = "everything_else_ended"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenPassword:
    """The link that was asked for."""

    kind: Literal["forgotten_password"] = "forgotten_password"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    link: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAddress:
    """To an address that somebody says is theirs: who reads it may well be a stranger."""

    kind: Literal["confirm_address"] = "confirm_address"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    to: str = field(repr=False)
    username: str
    """Whose account wants it."""
    link: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressAdded:
    """To the address that is the account's now."""

    kind: Literal["address_added"] = "address_added"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    by: Literal["person", "admin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLeft:
    """To the address that was the account's until now. Its link gives it back."""

    kind: Literal["address_left"] = "address_left"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    to: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpNeeded:
    """A second factor must be set up until then; set up sooner, there is nothing to be told."""

    kind: Literal["set_up_needed"] = "set_up_needed"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    link: str
    until: datetime
    key: bool = False
    """Whether only a key will do then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentPassMailed:
    """What lets a first second factor in."""

    kind: Literal["enrolment_pass"] = "enrolment_pass"
    AT_MOST_EVERY: ClassVar[timedelta | None] = None

    enrolment_pass: str = field(repr=False)
    until: datetime


AnyMail = (
    TwoFactorOn
    | AppReplaced
    | FactorAdded
    | FactorChanged
    | TwoFactorOff
    | TwoFactorReset
    | RecoveryCodeSpent
    | NewRecoveryCodes
    | NewPassword
    | KeyIsCopied
    | SecondStepFailed
    | SignInPaused
    | NewBrowser
    | AccountSwitchedOff
    | EverythingElseEnded
    | EnrolmentPassMailed
    | SetUpNeeded
    | ForgottenPassword
    | ConfirmAddress
    | AddressAdded
    | AddressLeft
)

Asked = ForgottenPassword | ConfirmAddress | SetUpNeeded
"""Those that were asked for, or ask: each has a link of its own, which leads on for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail with what happened around it. Whom it goes to stands outside, as on an envelope."""

    mail: Annotated[AnyMail, Field(discriminator="kind")]
    at: datetime
    address: str = ""
    """Where it was done from: an IP address; empty where no browser was in it."""
    agent: str = ""
    """What the browser said of itself: said in words when it is read, in the language of the reader."""
    secret: str = field(default="", repr=False)
    """Of the link by which the person can undo it; empty where there is none."""

    def pointless(self, at: datetime) -> bool:
        """Whether nobody could do anything with it any more."""
        return isinstance(self.mail, Asked | EnrolmentPassMailed) and self.mail.until <= at

    def stored(self) -> bytes:
        """As it is sealed."""
        return _STORED.dump_json(self)

    @classmethod
    def restored(cls, octets: bytes) -> Self:
        """The inverse of `stored`."""
        letter = _STORED.validate_json(octets)
        assert isinstance(letter, cls)  # noqa: S101 (the adapter is this class's own)
        return letter


_STORED = TypeAdapter(Letter)
