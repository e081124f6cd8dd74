"""Links that are mailed to people: asked for, refused, used."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from idp.audit.event import PERSONAL, Event

LinkRefusal = Literal[
    "unknown", "used", "expired", "superseded", "user_disabled", "foreign", "address_taken", "managed"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetAsked(Event):
    """Somebody says that the password is forgotten; the person's page is the same whatever came of it."""

    kind: ClassVar[str] = "password_reset_asked"
    outcome: Literal["mailed", "nobody", "too_often"]
    """`nobody`: no such name, no address that somebody vouched for, or an account that is switched off."""
    name: str | None = field(default=None, metadata=PERSONAL)
    """As typed, where nobody was written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRefused(Event):
    """A mailed link that does nothing, or no longer."""

    kind: ClassVar[str] = "link_refused"
    reason: LinkRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSecured(Event):
    """By the link in a mail about the account: everything was signed out, and the password is to be changed."""

    kind: ClassVar[str] = "account_secured"
    sessions: int
    grants: int
    factors: int = 0
    """How many apps, keys and sets of recovery codes that the mail tells of prove nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset(Event):
    """The person chose a new password by a mailed link. It signed nobody in, and no second factor was touched."""

    kind: ClassVar[str] = "password_reset"
