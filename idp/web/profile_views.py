"""The views of the Profile page and of another e-mail address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An address that a link is out for."""

    address: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage(View):
    """Who the person is here. Fields: those in `editable`, and `theme`; what is missing there is an admin's."""

    template: ClassVar[str] = "profile"
    step: ClassVar[str] = "profile"

    username: str
    values: Mapping[str, str]
    """Of the fields, under their names: as kept, or as typed just now."""
    editable: frozenset[str]
    locales: Mapping[str, str]
    """Names of languages by their tags."""
    zones: Mapping[str, tuple[str, ...]]
    """Names of time zones by what stands before their first slash; empty for those without one."""
    email: str | None
    email_verified: bool
    email_url: str | None
    """Where another one is asked for; None where people cannot."""
    email_managed: bool
    """Whether that is because an admin decides; else it is because no mail can be sent."""
    waiting: Waiting | None
    groups: tuple[str, ...]
    at: datetime
    saved: bool = False

    @property
    def status(self) -> int:
        """422 where something cannot be kept."""
        return 422 if self.shell.errors else 200

    def chosen(self, field: str) -> str:
        """The value of a field; empty where it has none."""
        return self.values.get(field, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEmailPage(View):
    """Another address. Field: `email`, as typed."""

    template: ClassVar[str] = "own_email"
    step: ClassVar[str] = "own-email"

    current: str | None
    typed: str = ""
    hours: int
    back_url: str

    @property
    def status(self) -> int:
        """422 where nothing was sent."""
        return 422 if self.shell.errors else 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEmailSentPage(View):
    """A mail is on its way, whoever has the address."""

    template: ClassVar[str] = "own_email_sent"
    step: ClassVar[str] = "own-email-sent"

    waiting: Waiting | None
    current: str | None
    at: datetime
    again_url: str
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmailPage(View):
    """What a mailed link leads to: it asks before the address is the person's. A button, no field."""

    template: ClassVar[str] = "confirm_email"
    step: ClassVar[str] = "confirm-email"

    username: str
    address: str
    current: str | None
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfirmedPage(View):
    """It is the person's."""

    template: ClassVar[str] = "email_confirmed"
    step: ClassVar[str] = "email-confirmed"

    address: str | None
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEmailLinkPage(View):
    """A link that makes no address the person's."""

    template: ClassVar[str] = "dead_email_link"
    step: ClassVar[str] = "error"

    foreign: bool
    """It was mailed for another account than the one signed in here."""
    taken: bool
    """The address signs somebody else in."""
    again_url: str | None
    """Where there is another link to be had."""
    back_url: str

    @property
    def status(self) -> int:
        """Gone, or in conflict with somebody else's."""
        return 409 if self.foreign or self.taken else 410
