"""What is past its time, deleted in batches that hold no lock for long; beside each table stands why rows are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.authenticators.throttling import ASKING_WINDOW, SOURCE_WINDOW
from idp.storage.database import Executor

BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """Rows of one table that may go once `over` ($1 is the instant less `keep`)."""

    table: str
    over: str
    keep: timedelta = timedelta()

    @property
    def statement(self) -> str:
        """At most $2 rows."""
        rows = f"SELECT ctid FROM {self.table} WHERE {self.over} LIMIT $2 FOR UPDATE SKIP LOCKED"
        return f"DELETE FROM {self.table} WHERE ctid = ANY (ARRAY({rows}))"


PURGES = (
    # Kept an hour longer, so that the page that waited too long can still say for which app it was.
    Purge(table="interactions", over="expires_at <= $1", keep=timedelta(hours=1)),
    # Its absolute end has come, so every grant that lived with it has ended as well.
    Purge(table="browser_sessions", over="expires_at <= $1"),
    Purge(table="known_browsers", over="expires_at <= $1"),
    Purge(table="remembered_browsers", over="expires_at <= $1"),
    # A code never redeemed, a grant over or revoked: kept a day, to tell a replay from nonsense.
    Purge(
        table="grants",
        over="ends_at <= $1 OR revoked_at <= $1 OR (redeemed_at IS NULL AND code_expires_at <= $1)",
        keep=timedelta(days=1),
    ),
    # Whether superseded or idle for too long: it opens nothing any more, and a thief would have come back by now.
    Purge(table="refresh_tokens", over="idle_until <= $1", keep=timedelta(days=1)),
    # Kept longer than a body may take, for a request is judged by the instant of its head, and longer than the clocks
    # of two machines are apart: with the row gone too soon the token would be good once more.
    Purge(table="revoked_tokens", over="expires_at <= $1", keep=timedelta(hours=1)),
    # The same for an assertion.
    Purge(table="client_assertions", over="expires_at <= $1", keep=timedelta(hours=1)),
    # Used up or over: listed for a month more, for whoever asks what became of one.
    Purge(table="initial_access_tokens", over="expires_at <= $1", keep=timedelta(days=30)),
    # What became of it is asked for days later, by whoever wonders why an app still knew somebody.
    Purge(table="outbox", over="done_at <= $1", keep=timedelta(days=7)),
    # Names that nobody has are counted like those of people and forgotten like them: a difference would tell.
    Purge(table="throttles", over="touched_at <= $1 AND disabled_at IS NULL", keep=timedelta(days=30)),
    Purge(table="source_throttles", over="window_started_at <= $1", keep=max(SOURCE_WINDOW, ASKING_WINDOW)),
    # Once that end is past, the next one is news anyway.
    Purge(table="grace_reminders", over="ends_at <= $1"),
    # Kept a week longer, so that whoever clicks on an old mail is told what is the matter with it.
    Purge(table="links", over="expires_at <= $1", keep=timedelta(days=7)),
    # The same, for whoever types it.
    Purge(table="enrolment_passes", over="expires_at <= $1", keep=timedelta(days=7)),
)

EVENTS = "SELECT purge_security_events($1)"


async def purge_batch(executor: Executor, purge: Purge, at: datetime) -> int:
    """Delete up to BATCH rows; returns how many. Rows in use just now are left for the next time."""
    tag = await executor.execute(purge.statement, at - purge.keep, BATCH)
    return int(tag.rpartition(" ")[2])


async def purge_events(executor: Executor, at: datetime) -> int:
    """Security events past the configured age, by the only function that can; it also asks the database's clock."""
    return int(await executor.fetchval(EVENTS, at))
