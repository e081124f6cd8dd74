"""Browser sessions: read and touched in one statement, ended by one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from asyncpg import Record

from idp.authenticators.evidence import Evidence
from idp.login.browser_session import TOUCH_EVERY, BrowserSession
from idp.policy.account import Account
from idp.storage.accounts import REMEMBERED, account_of
from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.values.ids import ClientId, SessionId, UserId
from idp.values.secrets import CookieValue, Digest

LIVE = """
live AS (
    SELECT id, user_id, proofs, expires_at, seen_at FROM browser_sessions
    WHERE cookie = $1 AND ended_at IS NULL AND expires_at > $2 AND seen_at > $2 - $3::interval
), touched AS (
    UPDATE browser_sessions b SET seen_at = $2 FROM live
    WHERE b.id = live.id AND live.seen_at <= $2 - $4::interval
)
"""
"""The session of cookie $1 that lives at $2, idle less than $3; its idleness is written once in $4 at most."""

SIGNED_IN = f"""
WITH {LIVE}
SELECT a.*, live.id AS session_id, live.proofs AS session_proofs, live.expires_at AS session_expires_at,
    c.scopes AS consented, {REMEMBERED}
FROM live
JOIN accounts a ON a.id = live.user_id
LEFT JOIN consents c ON c.user_id = a.id AND c.client_id = $5
LEFT JOIN remembered_browsers m ON m.user_id = a.id AND m.digest = $6
"""

# Also one that was idle too long, or is over and not purged yet: it signs nobody in, but its apps may hold theirs.
NOT_ENDED = """
SELECT b.id, b.user_id, u.audit_salt FROM browser_sessions b JOIN users u ON u.id = b.user_id
WHERE b.cookie = $1 AND b.ended_at IS NULL
"""

END = f"""
WITH RECURSIVE line AS (
    SELECT id, follows FROM browser_sessions WHERE id = $1
    UNION SELECT b.id, b.follows FROM browser_sessions b JOIN line ON b.id = line.follows
), ended AS (
    UPDATE browser_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id
), recorded AS ({EVENTS.format(events="$3", when="EXISTS (SELECT FROM ended)")})
SELECT DISTINCT c.metadata ->> 'frontchannel_logout_uri' AS uri, c.client_id, g.session_id
FROM line JOIN grants g ON g.session_id = line.id JOIN clients c ON c.client_id = g.client_id
WHERE c.status = 'active' AND c.metadata ->> 'frontchannel_logout_uri' IS NOT NULL
ORDER BY 3 DESC, 1, 2
"""
"""The sessions that it follows end by a trigger (migration 7), which also tells apps by back channel.

The newest session comes first: no page loads more than so many frames.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Digests of what a browser brings: the value of its session, and the one that it is known by."""

    session: bytes | None
    known: bytes | None

    @classmethod
    def of(cls, session: CookieValue | None, known: CookieValue | None) -> Self:
        """Of its cookies."""
        return cls(session=session.digest().octets if session else None, known=known.digest().octets if known else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A live session, its person, and what that person has allowed the client at hand."""

    session: BrowserSession
    account: Account
    consented: frozenset[str]


async def signed_in(
    executor: Executor, brought: Brought, client: ClientId, at: datetime, idle: timedelta
) -> SignedIn | None:
    """Who is signed in in the browser with these cookies; None where the session is unknown, ended, idle or over."""
    row = await executor.fetchrow(SIGNED_IN, brought.session, at, idle, TOUCH_EVERY, client, brought.known)
    if row is None:
        return None
    account, session = account_of(row), session_of(row)
    return SignedIn(session=session, account=account, consented=consented_of(row)) if account and session else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnded:
    """A session that nobody has ended, whether or not it still signs anybody in."""

    session: SessionId
    user: UserId
    audit_salt: bytes


async def not_ended(executor: Executor, cookie: Digest) -> NotEnded | None:
    """The session of the browser with this cookie. Nothing is touched: it lives no longer for it."""
    row = await executor.fetchrow(NOT_ENDED, cookie.octets)
    if row is None:
        return None
    return NotEnded(session=SessionId(row["id"]), user=UserId(row["user_id"]), audit_salt=row["audit_salt"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ByFrontChannel:
    """An app that wants to hear by its frontchannel_logout_uri, and the session it knows: this, or one it follows."""

    uri: str
    client: ClientId
    session: SessionId


async def end(
    executor: Executor, session: SessionId, at: datetime, events: EncodedEvents
) -> tuple[ByFrontChannel, ...]:
    """End a session now, and those that it follows; grants without offline_access end with them."""
    rows = await executor.fetch(END, session, at, events)
    return tuple(
        ByFrontChannel(uri=row["uri"], client=ClientId(row["client_id"]), session=SessionId(row["session_id"]))
        for row in rows
    )


def session_of(row: Record) -> BrowserSession | None:
    """The session in the columns `session_…`; `session_user_id` where it may be another person's than the account."""
    if row["session_id"] is None:
        return None
    user = UserId(row.get("session_user_id") or row["id"])
    return BrowserSession(
        id=SessionId(row["session_id"]),
        user=user,
        evidence=Evidence.restored(user, row["session_proofs"]),
        expires_at=row["session_expires_at"],
    )


def consented_of(row: Record) -> frozenset[str]:
    """The remembered scopes in the column `consented`."""
    return frozenset(row["consented"] or ())
