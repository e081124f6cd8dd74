"""Scheduled work: whoever moves `due_at` forward does it, on any node."""

from datetime import datetime

from idp.storage.database import Executor

CLAIM = """
UPDATE jobs SET due_at = $3, started_at = $2, finished_at = NULL
WHERE name = $1 AND due_at <= $2
RETURNING true
"""

# Only the run that this claim began: a later one may have started meanwhile.
FINISH = "UPDATE jobs SET finished_at = $3 WHERE name = $1 AND started_at = $2"

RETRY = "UPDATE jobs SET due_at = least(due_at, $3) WHERE name = $1 AND started_at = $2"

REGISTER = "INSERT INTO jobs (name, due_at) SELECT unnest($1::text[]), $2 ON CONFLICT (name) DO NOTHING"


async def register(executor: Executor, names: list[str], at: datetime) -> None:
    """Have a row for each job, also for one that a newer version brought."""
    await executor.execute(REGISTER, names, at)


async def claim(executor: Executor, name: str, at: datetime, next_due: datetime) -> bool:
    """Whether this caller is to do the work now: true for one of any number."""
    return bool(await executor.fetchval(CLAIM, name, at, next_due))


async def finish(executor: Executor, name: str, claimed_at: datetime, at: datetime) -> None:
    """The work is done."""
    await executor.execute(FINISH, name, claimed_at, at)


async def retry(executor: Executor, name: str, claimed_at: datetime, due_at: datetime) -> None:
    """The work failed: try again before its usual time."""
    await executor.execute(RETRY, name, claimed_at, due_at)
