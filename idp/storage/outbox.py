"""The outbox: what is to be told to others, claimed by whoever sends it, tried again, and what became of it.

A claim is good for one try: it moves `due_at` on, so that a sender that dies is followed by another, and its number is
asked for when the outcome is stored, so that a sender that comes late changes nothing. Rows are made by triggers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from idp.storage.database import Executor, Row
from idp.storage.events import EVENTS, EncodedEvents
from idp.values.ids import ClientId, SessionId, Subject, UserId

Outcome = Literal["delivered", "failed", "pointless"]

# Of each client a few at a time, so that one that hangs keeps no sender from the others. A kind that a later version
# makes is left to that version.
CLAIM = """
WITH ranked AS (
    SELECT id, due_at, row_number() OVER (PARTITION BY client_id ORDER BY due_at, id) AS place
    FROM outbox
    WHERE done_at IS NULL AND due_at <= $1 AND kind = 'backchannel_logout' AND client_id <> ALL ($3::text[])
), due AS (
    SELECT id FROM outbox
    WHERE id = ANY (ARRAY(SELECT id FROM ranked WHERE place <= $4 ORDER BY place, due_at LIMIT $5))
        AND done_at IS NULL AND due_at <= $1
    FOR UPDATE SKIP LOCKED
)
UPDATE outbox o SET due_at = $2, tries = o.tries + 1 FROM due WHERE o.id = due.id
RETURNING o.id, o.tries, o.client_id, o.user_id, o.sub, o.session_id
"""

FINISH = f"""
WITH finished AS (
    UPDATE outbox SET done_at = $3, outcome = $4, last_fault = $5
    WHERE id = $1 AND tries = $2 AND done_at IS NULL RETURNING id
), recorded AS ({EVENTS.format(events="$6", when="EXISTS (SELECT FROM finished)")})
SELECT EXISTS (SELECT FROM finished)
"""

POSTPONE = f"""
WITH postponed AS (
    UPDATE outbox SET due_at = $3, last_fault = $4 WHERE id = $1 AND tries = $2 AND done_at IS NULL RETURNING id
), recorded AS ({EVENTS.format(events="$5", when="EXISTS (SELECT FROM postponed)")})
SELECT EXISTS (SELECT FROM postponed)
"""

LISTED = """
SELECT o.id, o.client_id, u.username, o.session_id, o.made_at, o.due_at, o.tries, o.done_at, o.outcome, o.last_fault
FROM outbox o LEFT JOIN users u ON u.id = o.user_id
WHERE o.kind = 'backchannel_logout' AND ($1::uuid IS NULL OR o.session_id = $1)
    AND (NOT $2 OR o.outcome = 'failed' OR (o.outcome IS NULL AND o.last_fault IS NOT NULL))
ORDER BY o.id DESC LIMIT $3
"""

COUNTS = """
SELECT (SELECT count(*) FROM outbox WHERE done_at IS NULL) AS waiting,
    (SELECT count(*) FROM outbox WHERE outcome = 'failed') AS given_up
"""

# Those that nothing has reached since.
UNREACHED = """
SELECT DISTINCT f.client_id FROM outbox f JOIN clients c ON c.client_id = f.client_id
WHERE f.outcome = 'failed' AND NOT EXISTS (
    SELECT FROM outbox d WHERE d.client_id = f.client_id AND d.outcome = 'delivered' AND d.done_at > f.done_at
) ORDER BY f.client_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutNotice:
    """An app is to be told that a session has ended; `sub` is the person's own, before it is made the client's."""

    client: ClientId
    user: UserId
    sub: Subject
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One entry, this caller's to send until the claim is over."""

    id: int
    number: int
    """Which try this is, from 1."""
    notice: LogoutNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Which entries to take, and until when they are this caller's."""

    until: datetime
    not_of: Sequence[ClientId] = ()
    """Clients that this caller is talking to just now."""
    of_each: int
    at_most: int


async def claim(executor: Executor, wanted: Claim, at: datetime) -> list[Claimed]:
    """Entries that are due and that nobody else has claimed."""
    rows = await executor.fetch(CLAIM, at, wanted.until, list(wanted.not_of), wanted.of_each, wanted.at_most)
    return [Claimed(id=row["id"], number=row["tries"], notice=_notice(row)) for row in rows]


def _notice(row: Row) -> LogoutNotice:
    return LogoutNotice(
        client=ClientId(row["client_id"]),
        user=UserId(row["user_id"]),
        sub=Subject(row["sub"]),
        session=SessionId(row["session_id"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an entry came to its end; `fault` is that of the last try."""

    outcome: Outcome
    fault: str | None = None


async def finish(executor: Executor, claimed: Claimed, ended: Ended, events: EncodedEvents, at: datetime) -> bool:
    """No further try. False where the claim was over: then nothing is stored."""
    arguments = (claimed.id, claimed.number, at, ended.outcome, ended.fault, events)
    return bool(await executor.fetchval(FINISH, *arguments))


async def postpone(executor: Executor, claimed: Claimed, fault: str, events: EncodedEvents, due_at: datetime) -> bool:
    """Another try then. False where the claim was over: then nothing is stored."""
    return bool(await executor.fetchval(POSTPONE, claimed.id, claimed.number, due_at, fault, events))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLogout:
    """One delivery as admins see it; without an outcome it is still tried, next at `due_at`."""

    id: int
    client: ClientId
    username: str | None
    """None where there is no such person any more."""
    session: SessionId
    made_at: datetime
    due_at: datetime
    tries: int
    done_at: datetime | None
    outcome: Outcome | None
    last_fault: str | None


async def listed(executor: Executor, session: SessionId | None, *, failed: bool, limit: int) -> list[ToldLogout]:
    """Logouts told, the latest first; `failed`: those given up, and those that failed so far."""
    rows = await executor.fetch(LISTED, session, failed, limit)
    return [
        ToldLogout(
            id=row["id"],
            client=ClientId(row["client_id"]),
            username=row["username"],
            session=SessionId(row["session_id"]),
            made_at=row["made_at"],
            due_at=row["due_at"],
            tries=row["tries"],
            done_at=row["done_at"],
            outcome=row["outcome"],
            last_fault=row["last_fault"],
        )
        for row in rows
    ]


async def unreached(executor: Executor) -> tuple[ClientId, ...]:
    """Clients that were given up on, and that nothing has reached since."""
    return tuple(ClientId(row["client_id"]) for row in await executor.fetch(UNREACHED))


async def counts(executor: Executor) -> tuple[int, int]:
    """How many entries are not done yet, and how many of those still kept were given up."""
    row = await executor.fetchrow(COUNTS)
    return (row["waiting"], row["given_up"]) if row else (0, 0)
