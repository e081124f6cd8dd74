"""What the guards of the sign-in did: pauses, limits, refused forms."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from idp.audit.event import PERSONAL, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottlePaused(Event):
    """Too many failures in a row: that method waits."""

    kind: ClassVar[str] = "throttle_paused"
    method: str
    failures: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorDisabled(Event):
    """A hundred failures in a row: that method is closed until it is reset (SP 800-63B 3.2.2)."""

    kind: ClassVar[str] = "authenticator_disabled"
    method: str
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLimited(Event):
    """An address failed too often in a short time; its next tries are not looked at."""

    kind: ClassVar[str] = "source_limited"
    failures: int
    source: str = field(metadata=PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsrfFailed(Event):
    """A form came without the token of its page, or from another site."""

    kind: ClassVar[str] = "csrf_failed"
    path: str
