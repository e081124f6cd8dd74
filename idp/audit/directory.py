"""Changes of users and groups by somebody else than the person: what an admin or a command did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from idp.audit.event import PERSONAL, Event
from idp.values.ids import GroupId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCreated(Event):
    """A person can be signed in from now on."""

    kind: ClassVar[str] = "user_created"
    username: str = field(metadata=PERSONAL)
    email: str | None = field(default=None, metadata=PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanged(Event):
    """Names or claims of a person; which ones is no secret, their values are."""

    kind: ClassVar[str] = "user_changed"
    fields: tuple[str, ...]
    before: Mapping[str, object] = field(metadata=PERSONAL)
    after: Mapping[str, object] = field(metadata=PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVouchedFor(Event):
    """Somebody declared an address verified that we never wrote to."""

    kind: ClassVar[str] = "email_vouched_for"
    email: str = field(metadata=PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet(Event):
    """Somebody else set the password."""

    kind: ClassVar[str] = "password_set"
    change_demanded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordMarkedCompromised(Event):
    """Somebody else may know the password: it must be changed before it opens anything (SP 800-63B-4 3.1.1.2)."""

    kind: ClassVar[str] = "password_marked_compromised"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorReset(Event):
    """All authenticators beside the password are gone; the next sign-in sets up a new one where it must."""

    kind: ClassVar[str] = "second_factor_reset"
    apps: int
    codes: int
    grants_ended: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserUnlocked(Event):
    """Counters of failures were cleared."""

    kind: ClassVar[str] = "user_unlocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDisabled(Event):
    """The person can no longer sign in; sessions and grants ended."""

    kind: ClassVar[str] = "user_disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEnabled(Event):
    """The person can sign in again."""

    kind: ClassVar[str] = "user_enabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserExempted(Event):
    """Server, group and user rules ask no second factor of the person for a while."""

    kind: ClassVar[str] = "user_exempted"
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionEnded(Event):
    """The exemption was taken back before its date."""

    kind: ClassVar[str] = "exemption_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCreated(Event):
    """A group without members."""

    kind: ClassVar[str] = "group_created"
    group: GroupId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDeleted(Event):
    """A group, its memberships and its rule are gone."""

    kind: ClassVar[str] = "group_deleted"
    group: GroupId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded(Event):
    """The person of the envelope belongs to the group."""

    kind: ClassVar[str] = "member_added"
    group: GroupId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved(Event):
    """The person of the envelope no longer belongs to the group."""

    kind: ClassVar[str] = "member_removed"
    group: GroupId
    name: str
