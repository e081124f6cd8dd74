"""What the service does by itself: claim scheduled work, and throw away what is past its time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from idp.storage import jobs, purge, resealing
from idp.usecases.services import Services

MOST_BATCHES = 1000
"""Of one table in one run; what is left waits for the next run."""


async def purge_expired(services: Services, at: datetime) -> dict[str, int]:
    """How many rows of each table went. Root keys that nothing needs any more leave the list as well."""
    gone = {each.table: await _purged(services, each, at) for each in purge.PURGES}
    gone["security_events"] = await purge.purge_events(services.database, at)
    gone["root_keys"] = len(await resealing.forget_unneeded_roots(services.database, at))
    return gone


async def register_jobs(services: Services, names: Sequence[str], at: datetime) -> None:
    """Have a row for each."""
    await jobs.register(services.database, list(names), at)


async def claim_job(services: Services, name: str, at: datetime, every: timedelta) -> bool:
    """Whether this process is to do that work now; of all nodes one gets True."""
    return await jobs.claim(services.database, name, at, at + every)


async def finish_job(services: Services, name: str, claimed_at: datetime, at: datetime) -> None:
    """The work is done."""
    await jobs.finish(services.database, name, claimed_at, at)


async def retry_job(services: Services, name: str, claimed_at: datetime, due_at: datetime) -> None:
    """The work failed and is due again then."""
    await jobs.retry(services.database, name, claimed_at, due_at)


async def _purged(services: Services, each: purge.Purge, at: datetime) -> int:
    gone = 0
    for _ in range(MOST_BATCHES):
        batch = await purge.purge_batch(services.database, each, at)
        gone += batch
        if batch < purge.BATCH:
            break
    return gone
