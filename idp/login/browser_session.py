"""The life of a browser session: signed-in state of one browser at this provider. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.authenticators.evidence import Evidence
from idp.values.ids import SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLifetimes:
    """SP 800-63B 2.2.3: AAL2 lives 24 hours at most and one hour idle."""

    idle: timedelta = timedelta(hours=1)
    absolute: timedelta = timedelta(hours=24)


TOUCH_EVERY = timedelta(minutes=1)
"""How exactly idleness is known: reading a session writes at most this often."""

KNOWN_LIFETIME = timedelta(days=180)
"""How long a browser counts as one that its person has signed in with; survives sign-out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """A session that the database found live; `sid` is its id, the cookie another value."""

    id: SessionId
    user: UserId
    evidence: Evidence
    expires_at: datetime

    @property
    def sid(self) -> str:
        """The `sid` claim (OIDC Front-Channel Logout 1.0, 3): per session, and no secret."""
        return str(self.id)
