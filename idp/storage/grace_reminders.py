"""Reminders that a grace ends: who may need one, read in batches; what was said, kept together with its mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from idp.policy.account import Account
from idp.policy.deadline import Reminded
from idp.storage.accounts import account_of
from idp.storage.database import Executor, Row
from idp.storage.events import RECORDED, EncodedEvents
from idp.values.ids import UserId

BATCH = 200

# No more than a sieve: who of them is reminded is decided by the function that decides their sign-ins.
PEOPLE = """
WITH waiting AS (
    SELECT max(coalesce(level, 0)) AS level FROM policy_rules WHERE starts_at IS NOT NULL OR grace_days > 0
)
SELECT a.*, g.ends_at AS told_ends_at, g.days AS told_days
FROM accounts a JOIN waiting w ON w.level IS NOT NULL LEFT JOIN grace_reminders g ON g.user_id = a.id
WHERE a.id > $1 AND a.status = 'active' AND a.email_verified AND a.keys = 0 AND (w.level > 2 OR NOT a.had_factor)
ORDER BY a.id LIMIT $2
"""

# Whoever set one up meanwhile, or is asked by other rules now, has moved on and is looked at next time.
REMIND = f"""
WITH due AS (
    SELECT u.id, d.ends_at, d.days
    FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::integer[]) AS d(user_id, version, ends_at, days)
    JOIN users u ON u.id = d.user_id AND u.version = d.version AND u.status = 'active'
    JOIN policy_version v ON v.version = $5
), reminded AS (
    INSERT INTO grace_reminders AS g (user_id, ends_at, days, sent_at) SELECT id, ends_at, days, $6 FROM due
    ON CONFLICT (user_id) DO UPDATE SET ends_at = excluded.ends_at, days = excluded.days, sent_at = excluded.sent_at
    WHERE (g.ends_at, g.days) <> (excluded.ends_at, excluded.days)
    RETURNING user_id
), {RECORDED.format(events="$7", when="e.user_id IN (SELECT user_id FROM reminded)")}
SELECT count(*) FROM reminded
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who may have to be reminded, and what they were told last."""

    account: Account
    last: Reminded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Somebody who is reminded now, as their account was when that was decided."""

    account: Account
    told: Reminded


async def people(executor: Executor, after: UserId | None, most: int = BATCH) -> list[Waiting]:
    """The next of them by id; none where no rule leaves any time."""
    rows = await executor.fetch(PEOPLE, after or UUID(int=0), most)
    return [_waiting(row) for row in rows]


async def remind(
    executor: Executor, due: Sequence[Due], policy_version: int, events: EncodedEvents, at: datetime
) -> int:
    """Keep what they are told, with the events and the mails that tell it; returns how many had not been told it."""
    users = [each.account.user for each in due]
    versions = [each.account.version for each in due]
    ends, days = [each.told.ends_at for each in due], [each.told.days for each in due]
    return int(await executor.fetchval(REMIND, users, versions, ends, days, policy_version, at, events))


def _waiting(row: Row) -> Waiting:
    account = account_of(row)
    assert account is not None  # noqa: S101 (the row begins with it)
    last = None if row["told_days"] is None else Reminded(ends_at=row["told_ends_at"], days=row["told_days"])
    return Waiting(account=account, last=last)
