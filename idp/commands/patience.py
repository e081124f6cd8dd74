"""Services for a long-lived process, once the database can be reached: the supervisor reached it before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from idp.composition import open_services
from idp.settings import Settings
from idp.usecases.errors import Unavailable
from idp.usecases.services import Services

AGAIN_SECONDS = 0.5

log = structlog.get_logger("idp.start")


@asynccontextmanager
async def patiently(settings: Settings) -> AsyncIterator[Services]:
    """However long the database is away. Raises what waiting does not mend, one of CANNOT_START."""
    async with AsyncExitStack() as stack:
        opened: Services | None = None
        while opened is None:
            try:
                opened = await stack.enter_async_context(open_services(settings))
            except Unavailable as error:
                log.warning("database unavailable", reason=str(error))
                await asyncio.sleep(AGAIN_SECONDS)
        yield opened
