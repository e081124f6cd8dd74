"""A row held by somebody else until all connections of the provider wait for it: then everybody is let in at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from idp.storage.database import POOL_SIZE, Database

LOOKS = 2000
WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""

Answer = TypeVar("Answer")


async def let_in_at_once(
    database: Database, lock: str, key: object, requests: Sequence[Awaitable[Answer]]
) -> list[Answer]:
    """`lock` is a SELECT … FOR UPDATE of the row with that key; `database` is a pool of its own."""
    async with database.transaction() as holder:
        await holder.execute(lock, key)
        tasks = [asyncio.ensure_future(request) for request in requests]
        for _ in range(LOOKS):
            if await database.fetchval(WAITING) >= POOL_SIZE:
                break
            await asyncio.sleep(0.005)
        else:
            raise AssertionError("the requests do not wait for that row")
    return await asyncio.gather(*tasks)
