"""What people change of themselves: their profile, and the address that is theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from idp.audit.event import PERSONAL, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(Event):
    """By the person, in the portal; which fields is no secret, their values are."""

    kind: ClassVar[str] = "profile_changed"
    fields: tuple[str, ...]
    before: Mapping[str, object] = field(metadata=PERSONAL)
    after: Mapping[str, object] = field(metadata=PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChangeAsked(Event):
    """The person wants another address, and is to prove that its mailbox is theirs."""

    kind: ClassVar[str] = "address_change_asked"
    outcome: Literal["mailed", "too_often"]
    email: str = field(metadata=PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressConfirmed(Event):
    """By our own mail: the address is the person's from now on, and signs them in."""

    kind: ClassVar[str] = "address_confirmed"
    email: str = field(metadata=PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLeft(Event):
    """An address that was vouched for, or confirmed, is no longer the person's; whoever reads it is told."""

    kind: ClassVar[str] = "address_left"
    email: str = field(metadata=PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRestored(Event):
    """By the link in the mail to the address before: it is the person's again."""

    kind: ClassVar[str] = "address_restored"
    email: str = field(metadata=PERSONAL)
