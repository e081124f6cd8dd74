"""Runs what is due. A job that fails is logged and due again soon; it ends no process and keeps no other waiting.

Beside the jobs, which are due by the clock, the outbox is emptied, whose entries are due when something has happened.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from idp.jobs.outbox import Sender
from idp.jobs.schedule import JOBS, Job
from idp.usecases.errors import Unavailable
from idp.usecases.housekeeping import claim_job, finish_job, register_jobs, retry_job
from idp.usecases.services import Services

LOOK_EVERY_SECONDS = 15.0
RETRY_AFTER = timedelta(minutes=1)

log = structlog.get_logger("idp.jobs")


async def run_due(services: Services, at: datetime, jobs: Sequence[Job] = JOBS) -> tuple[str, ...]:
    """Do what is due and nobody else has claimed; returns the names of what succeeded. Raises Unavailable."""
    await register_jobs(services, [job.name for job in jobs], at)
    return tuple([job.name for job in jobs if await _claimed_and_done(services, job, at)])


async def run_forever(services: Services) -> None:
    """Until cancelled; while the database is away it waits for it."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_by_the_clock(services))
        group.create_task(Sender(services).run_forever())


async def _by_the_clock(services: Services) -> None:
    while True:
        try:
            await run_due(services, services.clock())
        except Unavailable as error:
            log.warning("database unavailable", reason=str(error))
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _claimed_and_done(services: Services, job: Job, at: datetime) -> bool:
    if not await claim_job(services, job.name, at, job.every):
        return False
    try:
        done = await job.run(services, at)
    except Exception:  # whatever it is, the other jobs go on and this one is tried again
        log.exception("job failed", job=job.name)
        await retry_job(services, job.name, at, at + RETRY_AFTER)
        return False
    log.info("job done", job=job.name, done=done)
    await finish_job(services, job.name, at, services.clock())
    return True
