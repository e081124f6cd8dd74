"""Open connections to PostgreSQL, lent one at a time. Owns how one is opened and when one is too broken to lend again.

A third of asyncpg's own pool's cost per statement: no proxy, no timer, no task at release, and nothing sent to reset a
connection, because nothing here leaves session state behind. The last used is lent first, so that few stay warm.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeAlias

import asyncpg

from idp.storage.unavailable import REFUSED, DatabaseUnavailable, told
from idp.values.secrets import DatabaseUrl

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 5.0
"""Server side; every statement of ours is one of milliseconds."""
ANSWER_SECONDS = 10.0
"""Client side, for a server that no longer answers at all."""
WAIT_SECONDS = 5.0
"""For a connection to become free."""

_SETTINGS = {
    "application_name": "idp",
    "statement_timeout": str(int(STATEMENT_SECONDS * 1000)),
    "idle_in_transaction_session_timeout": "10000",
    "timezone": "UTC",
    # Every statement of a request goes by key, so a plan made once serves all values; making one anew costs up to ten
    # times what running it does.
    "plan_cache_mode": "force_generic_plan",
    # And it goes by an index, however few rows the planner believes in: the plan made for a young table is kept while
    # the table grows. PostgreSQL before 18 prices what has to be scanned all the same so high that it would compile it.
    "enable_seqscan": "off",
    "jit": "off",
}

encoded_json: Callable[[object], str] = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""Compact JSON text, as every jsonb parameter is sent."""


async def connect(url: DatabaseUrl, *, patient: bool = False) -> Connection:
    """A connection set up as all of ours are. Raises DatabaseUnavailable.

    `patient`: without time limits, for migrations and for a connection that only listens.
    """
    try:
        connection = await asyncpg.connect(
            url.expose(),
            timeout=CONNECT_SECONDS,
            command_timeout=None if patient else ANSWER_SECONDS,
            server_settings=_SETTINGS | ({"statement_timeout": "0"} if patient else {}),
            statement_cache_size=256,
            max_cached_statement_lifetime=0,
        )
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=encoded_json, decoder=json.loads)
    except REFUSED as error:
        raise DatabaseUnavailable(f"cannot connect to the database: {told(error)}") from error
    return connection


class Pool:
    """At most `size` connections, opened as they are needed."""

    def __init__(self, url: DatabaseUrl, size: int) -> None:
        self._url = url
        self._idle: list[Connection] = []
        self._places = asyncio.Semaphore(size)
        self._closed = False

    async def acquire(self) -> Connection:
        """An open connection; give it back with `release`. Raises DatabaseUnavailable, also after a wait in vain."""
        if self._closed:
            raise DatabaseUnavailable("the pool is closed")
        await self._place()
        while self._idle:
            connection = self._idle.pop()
            # A server that restarted has closed it meanwhile; nothing was sent, so another one may serve.
            if not connection.is_closed():
                return connection
        try:
            return await connect(self._url)
        except BaseException:
            self._places.release()
            raise

    def release(self, connection: Connection, *, healthy: bool = True) -> None:
        """Take it back; one in doubt is thrown away, which undoes what it had open."""
        if healthy and not self._closed and not connection.is_closed() and not connection.is_in_transaction():
            self._idle.append(connection)
        else:
            connection.terminate()
        self._places.release()

    async def close(self) -> None:
        """Close what is idle now; what is lent is thrown away when it comes back."""
        self._closed = True
        while self._idle:
            await self._idle.pop().close()

    async def _place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError as error:
            raise DatabaseUnavailable("all connections to the database are in use") from error


def is_healthy(connection: Connection, error: BaseException) -> bool:
    """Whether a connection may be lent again after a statement failed: only if the server itself refused it."""
    refused = isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError)
    return refused and not isinstance(error, asyncpg.PostgresConnectionError) and not connection.is_closed()


Row = asyncpg.Record
"""A row as it comes; its values are untyped until a mapper of this room has made a value of it."""

Untyped = Any
"""A single column's value as it comes."""
