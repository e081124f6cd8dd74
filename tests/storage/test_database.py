"""Statements and transactions: what is counted, what is undone, and what happens when the database goes away."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from idp.server import postgres
from idp.storage.database import Database, DatabaseUnavailable
from idp.values.secrets import DatabaseUrl
from tests.drivers.database import FreshDatabase, clone, drop

GROUP = "INSERT INTO groups (id, name, created_at) VALUES (gen_random_uuid(), $1, '2026-01-01 00:00+00')"
COUNT = "SELECT count(*) FROM groups"
NOTICED_SECONDS = 0.5  # ample for the end of a connection to reach this process
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
KILL_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


@pytest.fixture
def own_server() -> Iterator[Path]:
    """A folder for a PostgreSQL that a test may stop."""
    with tempfile.TemporaryDirectory(prefix="idp-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "postgres"


async def cut_all_connections(fresh: FreshDatabase) -> None:
    connection = await asyncpg.connect(fresh.superuser.expose())
    await connection.fetch(KILL_ALL, fresh.name)
    await connection.close()


async def test_every_statement_counts_begin_and_commit_too(database: Database) -> None:
    await database.fetchval("SELECT 1")
    assert database.statements == 1
    async with database.transaction() as transaction:
        await transaction.execute("SELECT 1")
    assert database.statements == 4


async def test_json_and_instants_come_back_as_values(database: Database) -> None:
    row = await database.fetchrow("SELECT $1::jsonb AS told, timestamptz '2026-01-01 12:00+02' AS at", {"a": [1, "é"]})
    assert row is not None
    assert row["told"] == {"a": [1, "é"]}
    assert row["at"].isoformat() == "2026-01-01T10:00:00+00:00"


async def insert_and_raise(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.execute(GROUP, "staff")
        raise LookupError


async def insert_twice_and_go_on(database: Database) -> None:
    async with database.transaction() as transaction:
        await transaction.execute(GROUP, "staff")
        with contextlib.suppress(asyncpg.UniqueViolationError):
            await transaction.execute(GROUP, "staff")


async def insert_cut_and_go_on(database: Database, fresh: FreshDatabase) -> None:
    async with database.transaction() as transaction:
        await transaction.execute(GROUP, "staff")
        await cut_all_connections(fresh)
        await transaction.execute(GROUP, "guests")


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(LookupError):
        await insert_and_raise(database)
    assert await database.fetchval(COUNT) == 0


async def test_a_failed_statement_that_somebody_swallowed_is_no_commit(database: Database) -> None:
    """PostgreSQL answers COMMIT of a failed transaction with a ROLLBACK that looks like a success."""
    with pytest.raises(RuntimeError, match="rolled back"):
        await insert_twice_and_go_on(database)
    assert await database.fetchval(COUNT) == 0
    assert await database.fetchval("SELECT 1") == 1


async def test_a_cancelled_transaction_leaves_nothing_and_no_broken_connection(fresh: FreshDatabase) -> None:
    database = Database(fresh.server, size=1)
    begun = asyncio.Event()

    async def stuck() -> None:
        async with database.transaction() as transaction:
            await transaction.execute(GROUP, "staff")
            begun.set()
            await transaction.execute("SELECT pg_sleep(60)")

    task = asyncio.create_task(stuck())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.fetchval(COUNT) == 0
    await database.close()


async def test_a_wrong_statement_is_no_outage(database: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await database.fetch("SELECT 1 FROM no_such_table")
    assert await database.fetchval("SELECT 1") == 1


async def test_connections_cut_while_idle_are_replaced_without_an_error(
    database: Database, fresh: FreshDatabase
) -> None:
    assert await database.fetchval("SELECT 1") == 1
    await cut_all_connections(fresh)
    await asyncio.sleep(NOTICED_SECONDS)
    assert await database.fetchval("SELECT 1") == 1


async def test_a_connection_cut_under_a_statement_is_an_outage_and_the_next_statement_works(
    database: Database, fresh: FreshDatabase
) -> None:
    """The statement may have run, so it is not sent a second time."""
    slow = asyncio.create_task(database.execute("SELECT pg_sleep(60)"))
    while not await database.fetchval(SLEEPING):  # noqa: ASYNC110 - it is another process that changes
        await asyncio.sleep(0.01)
    await cut_all_connections(fresh)
    with pytest.raises(DatabaseUnavailable):
        await slow
    await asyncio.sleep(NOTICED_SECONDS)  # the connection that watched was cut too
    assert await database.fetchval("SELECT 1") == 1


async def test_a_connection_cut_inside_a_transaction_is_an_outage(database: Database, fresh: FreshDatabase) -> None:
    with pytest.raises(DatabaseUnavailable):
        await insert_cut_and_go_on(database, fresh)
    assert await database.fetchval(COUNT) == 0


async def test_a_statement_that_takes_too_long_is_an_outage(fresh: FreshDatabase) -> None:
    impatient = DatabaseUrl(fresh.server.expose() + "&statement_timeout=50")
    database = Database(impatient)
    await database.execute("SET statement_timeout = 50")
    with pytest.raises(DatabaseUnavailable):
        await database.execute("SELECT pg_sleep(60)")
    await database.close()


async def test_more_callers_than_connections_wait_for_their_turn(fresh: FreshDatabase) -> None:
    database = Database(fresh.server, size=2)
    answers = await asyncio.gather(*(database.fetchval("SELECT $1::int", n) for n in range(50)))
    connections = await database.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'idp'"
    )
    assert answers == list(range(50))
    assert connections <= 2
    await database.close()


async def test_a_database_that_is_not_there_is_an_outage_not_a_crash(fresh: FreshDatabase) -> None:
    nowhere = Database(fresh.cluster.url("idp_server", "no_such_database"))
    with pytest.raises(DatabaseUnavailable, match="cannot connect"):
        await nowhere.fetchval("SELECT 1")


async def test_the_message_of_an_outage_holds_no_password() -> None:
    nowhere = Database(DatabaseUrl("postgresql://idp:canary-password@127.0.0.1:1/idp"))
    with pytest.raises(DatabaseUnavailable) as caught:
        await nowhere.fetchval("SELECT 1")
    assert "canary" not in str(caught.value)


async def test_it_recovers_when_the_server_comes_back(own_server: Path) -> None:
    with postgres.start(own_server, durable=False) as server:
        database = Database(DatabaseUrl(server.dsn(server.superuser, "postgres")))
        assert await database.fetchval("SELECT 1") == 1
    with pytest.raises(DatabaseUnavailable):
        await database.fetchval("SELECT 1")
    with postgres.start(own_server, durable=False):
        assert await database.fetchval("SELECT 1") == 1
        await database.close()


async def test_clones_are_independent(fresh: FreshDatabase) -> None:
    other = await clone(fresh.cluster)
    here, there = Database(fresh.server), Database(other.server)
    await here.execute(GROUP, "staff")
    assert await there.fetchval(COUNT) == 0
    await here.close()
    await there.close()
    await drop(other.cluster, other.name)
