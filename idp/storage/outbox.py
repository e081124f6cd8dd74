"""The outbox: what is to be told to others, claimed by whoever sends it, tried again, and what became of it.

A claim is good for one try: it moves `due_at` on, so that a sender that dies is followed by another, and its number is
asked for when the outcome is stored, so that a sender that comes late changes nothing. Logouts are put in by a trigger,
mails by whatever statement records the event that causes them (`events.MAILS`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from idp.storage.database import Executor, Row
from idp.storage.events import EVENTS, EncodedEvents
from idp.values.ids import ClientId, MailId, SessionId, Subject, UserId
from idp.values.sealed import Sealed

Outcome = Literal["delivered", "failed", "pointless"]

MAILS_LANE = ""

# Of each client a few at a time, and a few mails, so that one that hangs keeps no sender from the others. A kind that
# a later version makes is left to that version.
CLAIM = """
WITH ranked AS (
    SELECT id, due_at, row_number() OVER (PARTITION BY client_id ORDER BY due_at, id) AS place
    FROM outbox
    WHERE done_at IS NULL AND due_at <= $1 AND kind = ANY ($6::text[]) AND coalesce(client_id, '') <> ALL ($3::text[])
), due AS (
    SELECT id FROM outbox
    WHERE id = ANY (ARRAY(SELECT id FROM ranked WHERE place <= $4 ORDER BY place, due_at LIMIT $5))
        AND done_at IS NULL AND due_at <= $1
    FOR UPDATE SKIP LOCKED
)
UPDATE outbox o SET due_at = $2, tries = o.tries + 1 FROM due WHERE o.id = due.id
RETURNING o.id, o.tries, o.kind, o.client_id, o.user_id, o.sub, o.session_id, o.mail_id, o.topic, o.address,
    o.sealed_letter
"""

FINISH = f"""
WITH finished AS (
    UPDATE outbox SET done_at = $3, outcome = $4, last_fault = $5, address = NULL, sealed_letter = NULL
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

MAILS_SINCE = """
SELECT count(*) FILTER (WHERE outcome = 'delivered') AS sent, count(*) FILTER (WHERE outcome = 'failed') AS failed,
    count(*) FILTER (WHERE outcome IS NULL AND last_fault IS NOT NULL) AS stuck
FROM outbox WHERE kind = 'mail' AND made_at > $1
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
class SealedMail:
    """A person is to be written to; the letter is sealed under `places.letter`."""

    id: MailId
    user: UserId
    topic: str
    address: str = field(repr=False)
    letter: Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One entry, this caller's to send until the claim is over."""

    id: int
    number: int
    """Which try this is, from 1."""
    notice: LogoutNotice | SealedMail

    @property
    def lane(self) -> str:
        """The client that is talked to; empty for mails. What hangs in one lane holds up no other."""
        return self.notice.client if isinstance(self.notice, LogoutNotice) else MAILS_LANE


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Which entries to take, and until when they are this caller's."""

    until: datetime
    not_of: Sequence[str] = ()
    """Lanes that this caller is busy in just now."""
    mails: bool = False
    """Whether this caller can send mails."""
    of_each: int
    at_most: int


async def claim(executor: Executor, wanted: Claim, at: datetime) -> list[Claimed]:
    """Entries that are due and that nobody else has claimed."""
    kinds = ["backchannel_logout", *(["mail"] if wanted.mails else [])]
    rows = await executor.fetch(CLAIM, at, wanted.until, list(wanted.not_of), wanted.of_each, wanted.at_most, kinds)
    return [Claimed(id=row["id"], number=row["tries"], notice=_notice(row)) for row in rows]


def _notice(row: Row) -> LogoutNotice | SealedMail:
    if row["kind"] == "mail":
        return SealedMail(
            id=MailId(row["mail_id"]),
            user=UserId(row["user_id"]),
            topic=row["topic"],
            address=row["address"],
            letter=Sealed(row["sealed_letter"]),
        )
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCounts:
    """What became of mails."""

    sent: int
    failed: int
    stuck: int
    """Tried without success, and to be tried again."""


async def mails_since(executor: Executor, since: datetime) -> MailCounts:
    """Of the mails made after that instant."""
    row = await executor.fetchrow(MAILS_SINCE, since)
    assert row is not None  # noqa: S101 (an aggregate has one row)
    return MailCounts(sent=row["sent"], failed=row["failed"], stuck=row["stuck"])


async def counts(executor: Executor) -> tuple[int, int]:
    """How many entries are not done yet, and how many of those still kept were given up."""
    row = await executor.fetchrow(COUNTS)
    return (row["waiting"], row["given_up"]) if row else (0, 0)
