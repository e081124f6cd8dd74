"""The database as the rest of storage sees it: statements, each by itself or several in one transaction.

Translates lost connections into DatabaseUnavailable and counts what is sent, so that tests can hold the budgets.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

import asyncpg

from idp.storage.pool import Connection, Pool, Row, Untyped, is_healthy
from idp.storage.unavailable import LOST, DatabaseUnavailable, told
from idp.values.secrets import DatabaseUrl

__all__ = ["Database", "DatabaseUnavailable", "Executor", "Row", "Transaction", "Untyped"]

POOL_SIZE = 8

Result = TypeVar("Result")


class Executor(Protocol):
    """Runs one statement: the database (committed by itself), a transaction, or an asyncpg connection in a test."""

    async def fetch(self, query: str, /, *args: object) -> list[Row]:
        """All rows."""
        ...

    async def fetchrow(self, query: str, /, *args: object) -> Row | None:
        """The first row."""
        ...

    async def fetchval(self, query: str, /, *args: object) -> Untyped:
        """The first column of the first row."""
        ...

    async def execute(self, query: str, /, *args: object) -> str:
        """The command tag, such as `UPDATE 1`."""
        ...


class _Statements:
    """The four ways to run a statement, over one: `_run`."""

    __slots__ = ()

    async def _run(self, call: Callable[..., Awaitable[Result]], query: str, args: tuple[object, ...]) -> Result:
        raise NotImplementedError

    async def fetch(self, query: str, /, *args: object) -> list[Row]:
        """All rows."""
        return await self._run(asyncpg.Connection.fetch, query, args)

    async def fetchrow(self, query: str, /, *args: object) -> Row | None:
        """The first row."""
        return await self._run(asyncpg.Connection.fetchrow, query, args)

    async def fetchval(self, query: str, /, *args: object) -> Untyped:
        """The first column of the first row."""
        return await self._run(asyncpg.Connection.fetchval, query, args)

    async def execute(self, query: str, /, *args: object) -> str:
        """The command tag, such as `UPDATE 1`."""
        return await self._run(asyncpg.Connection.execute, query, args)


class Transaction(_Statements):
    """Statements that are committed together. Made by `Database.transaction`."""

    __slots__ = ("_connection", "_database")

    def __init__(self, database: "Database", connection: Connection) -> None:
        self._database = database
        self._connection = connection

    async def _run(self, call: Callable[..., Awaitable[Result]], query: str, args: tuple[object, ...]) -> Result:
        if self._connection.is_closed():
            raise DatabaseUnavailable("the connection was lost between two statements")
        self._database.statements += 1
        try:
            return await call(self._connection, query, *args)
        except LOST as error:
            raise DatabaseUnavailable(told(error)) from error

    async def commit(self) -> None:
        """Raises RuntimeError where an earlier statement failed: PostgreSQL would roll back and call that a success."""
        if await self.execute("COMMIT") != "COMMIT":
            raise RuntimeError("a statement of this transaction had failed, so that it was rolled back")

    async def roll_back(self) -> bool:
        """Whether the connection can be used again."""
        try:
            await self.execute("ROLLBACK")
        except DatabaseUnavailable:
            return False
        return True


class Database(_Statements):
    """One pool of one role. Every call is one statement, committed by itself.

    Raises DatabaseUnavailable when the connection is lost; a statement is never sent twice, since it may have run.
    """

    __slots__ = ("_pool", "statements", "url")

    def __init__(self, url: DatabaseUrl, *, size: int = POOL_SIZE) -> None:
        """Opens nothing yet: connections are made as they are needed, also after an outage."""
        self.url = url
        self.statements = 0
        """Every statement sent so far, BEGIN and COMMIT too."""
        self._pool = Pool(url, size)

    async def _run(self, call: Callable[..., Awaitable[Result]], query: str, args: tuple[object, ...]) -> Result:
        connection = await self._pool.acquire()
        self.statements += 1
        try:
            result = await call(connection, query, *args)
        except BaseException as error:
            self._pool.release(connection, healthy=is_healthy(connection, error))
            if isinstance(error, LOST):
                raise DatabaseUnavailable(told(error)) from error
            raise
        self._pool.release(connection)
        return result

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits when the block ends, rolls back when it raises; READ COMMITTED."""
        connection = await self._pool.acquire()
        transaction = Transaction(self, connection)
        healthy = False
        try:
            await transaction.execute("BEGIN")
            yield transaction
            await transaction.commit()
            healthy = True
        except Exception:
            healthy = await transaction.roll_back()
            raise
        finally:
            # One whose task was cancelled is thrown away, which rolls back as well.
            self._pool.release(connection, healthy=healthy)

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()
