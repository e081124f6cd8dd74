"""Brings a database to the schema of this code: forward only, one file after another, any number of nodes at once.

A file runs in one transaction, unless its first line is `-- outside a transaction`: then it holds one statement, such
as CREATE INDEX CONCURRENTLY. What was applied is kept with its SHA-256: a file that changed afterwards stops the start.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import asyncpg

from idp.storage.pool import Connection, connect
from idp.storage.roles import let_serve
from idp.storage.unavailable import told
from idp.values.secrets import DatabaseUrl

OUTSIDE = "-- outside a transaction"
_LOCK = 0x1D9_0001  # the number under which nodes wait for one another
_LOCK_PAUSE = 0.02
LOCK_SECONDS = 120.0

EXISTS = "SELECT to_regclass('public.schema_migrations') IS NOT NULL"

CREATE = """
CREATE TABLE schema_migrations (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL
)
"""

LET_READ = "GRANT SELECT ON schema_migrations TO idp_server"

APPLIED = "SELECT name, sha256 FROM schema_migrations"

INSERT = "INSERT INTO schema_migrations (name, sha256, applied_at) VALUES ($1, $2, $3)"

# Polled: a session waiting inside pg_advisory_lock holds a snapshot, for which CREATE INDEX CONCURRENTLY would wait.
TRY_LOCK = "SELECT pg_try_advisory_lock($1)"

UNLOCK = "SELECT pg_advisory_unlock($1)"


class MigrationFailed(Exception):
    """The schema could not be brought to this code's; one line for whoever starts the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Of the content, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()


def load(folder: Path) -> tuple[Migration, ...]:
    """The migrations in that folder, in the order in which they apply."""
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return tuple(Migration(name=file.stem, text=file.read_text(encoding="utf-8")) for file in files)


async def migrate(
    owner: DatabaseUrl,
    migrations: tuple[Migration, ...],
    *,
    server_role: str | None,
    at: datetime,
    report: Callable[[str], None],
) -> None:
    """Apply what is missing, as the schema's owner, and let `server_role` use it; waits while another node does so.

    `server_role` None: whatever role is allowed already. Where nothing is missing, no owner's right is needed.

    Raises MigrationFailed and DatabaseUnavailable.
    """
    connection = await connect(owner, patient=True)
    try:
        async with locked(connection):
            pending = await _pending(connection, migrations)
            for migration in pending:
                await _apply(connection, migration, at)
                report(migration.name)
            if pending:
                await connection.execute(LET_READ)
            if server_role is not None and not await let_serve(connection, server_role):
                raise MigrationFailed(f"the database has no role {server_role}, under which the server is to run")
    except asyncpg.PostgresError as error:
        raise MigrationFailed(f"cannot migrate the database: {told(error)}") from error
    finally:
        await connection.close()


async def require_current(connection: Connection, migrations: tuple[Migration, ...]) -> None:
    """Raises MigrationFailed unless the database has exactly this code's schema; changes nothing."""
    missing = _missing(migrations, await _applied(connection))
    if missing:
        raise MigrationFailed(f"the database lacks the migration {missing[0].name}; run: idp migrate")


@asynccontextmanager
async def locked(connection: Connection) -> AsyncIterator[None]:
    """Alone among all nodes of this database, for migrations and for what happens only once at the first start."""
    waited = 0.0
    while not await connection.fetchval(TRY_LOCK, _LOCK):
        if waited > LOCK_SECONDS:
            raise MigrationFailed("another node has been migrating this database for two minutes")
        await asyncio.sleep(_LOCK_PAUSE)
        waited += _LOCK_PAUSE
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.fetchval(UNLOCK, _LOCK)


async def _applied(connection: Connection) -> dict[str, str]:
    if not await connection.fetchval(EXISTS):
        return {}
    return {row["name"]: row["sha256"] for row in await connection.fetch(APPLIED)}


async def _pending(connection: Connection, migrations: tuple[Migration, ...]) -> list[Migration]:
    if not await connection.fetchval(EXISTS):
        await connection.execute(CREATE)
    return _missing(migrations, await _applied(connection))


def _missing(migrations: tuple[Migration, ...], applied: Mapping[str, str]) -> list[Migration]:
    """Raises MigrationFailed where history and files disagree."""
    newer = sorted(applied.keys() - {migration.name for migration in migrations})
    if newer:
        raise MigrationFailed(f"the database is newer than this program: it has the migration {newer[-1]}")
    for migration in migrations:
        if applied.get(migration.name, migration.sha256) != migration.sha256:
            raise MigrationFailed(f"the migration {migration.name} was changed after it had been applied")
    return [migration for migration in migrations if migration.name not in applied]


async def _apply(connection: Connection, migration: Migration, at: datetime) -> None:
    try:
        if migration.text.startswith(OUTSIDE):
            await connection.execute(migration.text)
            await connection.execute(INSERT, migration.name, migration.sha256, at)
        else:
            async with connection.transaction():
                await connection.execute(migration.text)
                await connection.execute(INSERT, migration.name, migration.sha256, at)
    except asyncpg.PostgresError as error:
        raise MigrationFailed(f"the migration {migration.name} failed: {told(error)}") from error
