"""Races made to happen: many tabs at one page, and one request held in the middle of another's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from idp.storage.database import Database
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person

LOOKS = 2000
WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@asynccontextmanager
async def pages_at(step: str, person: Person, app: AuthlibClient, count: int = 1) -> AsyncIterator[list[Page]]:
    """The same step of `count` sign-ins of one person, each in a browser of its own."""
    async with AsyncExitStack() as stack:
        pages = []
        for _ in range(count):
            browser = await stack.enter_async_context(Browser())
            pages.append(await person.sign_in(await browser.open(await app.authorization_url()), until=step))
            assert pages[-1].step == step
        yield pages


async def all_at_once(pages: Sequence[Page], send: Callable[[Page], Awaitable[Page]]) -> list[Page]:
    """What each of them is answered, and that nothing broke."""
    answers = await asyncio.gather(*(send(page) for page in pages))
    for answer in answers:
        assert answer.status < 500, answer
    return list(answers)


async def held(database: Database, *tasks: asyncio.Task[Page]) -> bool:
    """Once all requests wait for a lock that somebody holds (True), or have gone past it and are answered (False)."""
    for _ in range(LOOKS):
        waiting = await database.fetchval(WAITING)
        ended = sum(task.done() for task in tasks)
        if waiting + ended >= len(tasks):
            return not ended
        await asyncio.sleep(0.005)
    raise AssertionError("the requests neither wait for a lock nor end")
