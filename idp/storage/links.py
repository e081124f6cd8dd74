"""Mailed links: asked for within limits, made, looked at as often as somebody likes, and spent once.

A link is known by the digest of its secret. The newest of a person's is the one that works: which that is, is decided
where it is used, so that two made at one moment cannot both be. It works only while what it rested on is as it was: the
address that it was mailed to, or whoever had that for a while would have a way in, and the password.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from idp.audit.links import LinkRefusal
from idp.authenticators.throttling import ASKING_WINDOW
from idp.storage.database import Executor, Row
from idp.storage.events import RECORDED, EncodedEvents
from idp.values.ids import InteractionId, UserId
from idp.values.secrets import Digest

# A name that nobody has is counted like one that somebody has. The source comes first, so that no two askers wait for
# each other.
ASK = """
WITH person AS (
    SELECT u.id, u.audit_salt FROM login_names n JOIN users u ON u.id = n.user_id
    WHERE n.name = $4 AND u.status = 'active' AND u.email_verified
), keys (n, key) AS (
    VALUES (1, $2), (2, 'forgot ' || encode(coalesce((SELECT uuid_send(id) FROM person), $5), 'hex'))
), asked AS (
    INSERT INTO source_throttles AS s (source, window_started_at, failures) SELECT key, $1, 1 FROM keys ORDER BY n
    ON CONFLICT (source) DO UPDATE SET
        failures = CASE WHEN s.window_started_at <= $1 - $3::interval THEN 1 ELSE s.failures + 1 END,
        window_started_at = CASE WHEN s.window_started_at <= $1 - $3::interval THEN $1 ELSE s.window_started_at END
    RETURNING source, failures, window_started_at + $3::interval AS ends_at
)
SELECT max(failures) FILTER (WHERE source = $2) AS of_source, max(ends_at) FILTER (WHERE source = $2) AS ends_at,
    max(failures) FILTER (WHERE source <> $2) AS of_account,
    (SELECT id FROM person) AS user_id, (SELECT audit_salt FROM person) AS audit_salt
FROM asked
"""

MAKE = f"""
WITH made AS (
    INSERT INTO links (digest, kind, user_id, made_at, expires_at, address)
    SELECT $1, 'reset_password', id, $3, $4, email FROM users WHERE id = $2
), {RECORDED.format(events="$5", when="true")}
SELECT
"""

_STATE = """
CASE
    WHEN l.used_at IS NOT NULL THEN 'used'
    WHEN l.expires_at <= $2 THEN 'expired'
    WHEN u.status <> 'active' THEN 'user_disabled'
    WHEN NOT u.email_verified OR u.email IS DISTINCT FROM l.address
        OR EXISTS (SELECT FROM passwords p WHERE p.user_id = u.id AND p.set_at > l.made_at)
        OR EXISTS (SELECT FROM links n WHERE n.user_id = l.user_id AND n.kind = l.kind AND n.made_at > l.made_at)
    THEN 'superseded'
END
"""

LOOK = f"""
SELECT u.id, u.username, u.audit_salt, l.used_at, {_STATE} AS refusal FROM links l JOIN users u ON u.id = l.user_id
WHERE l.digest = $1 AND l.kind = 'reset_password'
"""

# The person first, as everywhere. Whoever waited for that sees what became of the link meanwhile.
LOCK = """
SELECT u.id FROM users u JOIN links l ON l.user_id = u.id WHERE l.digest = $1 FOR NO KEY UPDATE OF u
"""

SPEND = f"""
UPDATE links s SET used_at = $2 FROM links l JOIN users u ON u.id = l.user_id
WHERE l.digest = $1 AND l.kind = 'reset_password' AND {_STATE} IS NULL
    AND s.user_id = l.user_id AND s.kind = l.kind AND s.used_at IS NULL
RETURNING l.user_id
"""


# The link in a mail stands beside the mail, and each works by itself.
MAILED = """
SELECT u.id, u.username, u.audit_salt, o.link_used_at AS used_at, CASE
    WHEN o.link_used_at IS NOT NULL THEN 'used'
    WHEN o.made_at <= $2 THEN 'expired'
    WHEN u.status <> 'active' THEN 'user_disabled'
END AS refusal
FROM outbox o JOIN users u ON u.id = o.user_id WHERE o.link_digest = $1
"""

LOCK_MAILED = """
SELECT u.id FROM users u JOIN outbox o ON o.user_id = u.id WHERE o.link_digest = $1 FOR NO KEY UPDATE OF u
"""

SPEND_MAILED = """
UPDATE outbox SET link_used_at = $3 WHERE link_digest = $1 AND link_used_at IS NULL AND made_at > $2
RETURNING user_id, made_at
"""

WAITS_HERE = "SELECT true FROM interactions WHERE id = $1 AND browser = $2 AND finished_at IS NULL AND expires_at > $3"


MAILED_LIVES = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What a request for a link is counted under."""

    source: str
    name: str
    name_digest: bytes
    """In place of a person, where nobody has the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One more request, counted."""

    of_source: int
    """In this window, this one included."""
    of_account: int
    window_ends: datetime
    user: UserId | None
    """Whom a link may be mailed to."""
    audit_salt: bytes | None


async def ask(executor: Executor, asker: Asker, at: datetime) -> Asked:
    """Count it, whether anybody has the name or not."""
    source = f"forgot from {asker.source}"
    row = await executor.fetchrow(ASK, at, source, ASKING_WINDOW, asker.name, asker.name_digest)
    assert row is not None  # noqa: S101 (an aggregate has one row)
    return Asked(
        of_source=row["of_source"],
        of_account=row["of_account"],
        window_ends=row["ends_at"],
        user=None if row["user_id"] is None else UserId(row["user_id"]),
        audit_salt=row["audit_salt"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link about to be mailed; to nobody where `user` is None."""

    digest: Digest
    user: UserId | None
    until: datetime


async def make(executor: Executor, link: NewLink, events: EncodedEvents, at: datetime) -> None:
    """Store a link, with the events and the mail; for nobody the events alone, by the same statement."""
    await executor.execute(MAKE, link.digest.octets, link.user, at, link.until, events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The person, and what the personal fields of that person's events are sealed with."""

    user: UserId
    audit_salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that somebody has, and why it does nothing, if so."""

    whose: Whose
    username: str
    refusal: LinkRefusal | None
    used_at: datetime | None

    def used_since(self, instant: datetime) -> bool:
        """Whether it was used after that."""
        return self.used_at is not None and self.used_at > instant


async def look(executor: Executor, link: Digest, at: datetime) -> Link | None:
    """What it would do now; spends nothing. None where there never was such a link, or long ago."""
    row = await executor.fetchrow(LOOK, link.octets, at)
    return None if row is None else _link(row)


async def spend(executor: Executor, link: Digest, at: datetime) -> UserId | None:
    """Use it up, and all others of that kind that the person has; None where it no longer works. In a transaction.

    The person is locked first, in a statement of its own: whoever waited sees what became of the link meanwhile.
    """
    await executor.execute(LOCK, link.octets)
    user = await executor.fetchval(SPEND, link.octets, at)
    return None if user is None else UserId(user)


def _link(row: Row) -> Link:
    return Link(
        whose=Whose(user=UserId(row["id"]), audit_salt=row["audit_salt"]),
        username=row["username"],
        refusal=cast("LinkRefusal | None", row["refusal"]),
        used_at=row["used_at"],
    )


async def look_mailed(executor: Executor, link: Digest, at: datetime) -> Link | None:
    """The link of a mail about an account; spends nothing. None where there never was such a mail, or long ago."""
    row = await executor.fetchrow(MAILED, link.octets, at - MAILED_LIVES)
    return None if row is None else _link(row)


async def spend_mailed(executor: Executor, link: Digest, at: datetime) -> tuple[UserId, datetime] | None:
    """Use it up: whose it is, and when what its mail tells of happened. None where it no longer works.

    In a transaction, the person locked first as in `spend`.
    """
    await executor.execute(LOCK_MAILED, link.octets)
    row = await executor.fetchrow(SPEND_MAILED, link.octets, at - MAILED_LIVES, at)
    return None if row is None else (UserId(row["user_id"]), row["made_at"])


async def waits_here(executor: Executor, sign_in: InteractionId, browser: Digest, at: datetime) -> bool:
    """Whether that sign-in of this browser still waits for its person."""
    return bool(await executor.fetchval(WAITS_HERE, sign_in, browser.octets, at))
