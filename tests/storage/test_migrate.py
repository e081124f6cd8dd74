"""Migrations: once each, in order, by one node at a time, and never over a history that disagrees."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from idp import resources
from idp.storage import migrate, roles
from idp.storage.database import Database, DatabaseUnavailable
from idp.storage.migrate import Migration, MigrationFailed
from idp.storage.pool import connect
from idp.values.secrets import DatabaseUrl
from tests.drivers.database import Cluster, FreshDatabase, clone, drop

AT = datetime(2026, 11, 24, tzinfo=UTC)
ALL = migrate.load(resources.folder("migrations"))


@pytest.fixture
async def empty(cluster: Cluster) -> AsyncIterator[FreshDatabase]:
    """A database without any schema."""
    made = await clone(cluster, template="template0")
    yield made
    await drop(cluster, made.name)


async def run(
    database: FreshDatabase, migrations: tuple[Migration, ...] = ALL, *, url: DatabaseUrl | None = None
) -> list[str]:
    applied: list[str] = []
    await migrate.migrate(url or database.owner, migrations, server_role=roles.SERVER, at=AT, report=applied.append)
    return applied


async def test_an_empty_database_gets_every_migration_once(empty: FreshDatabase) -> None:
    assert await run(empty) == [migration.name for migration in ALL]
    assert await run(empty) == []


async def test_two_nodes_start_on_an_empty_database(empty: FreshDatabase) -> None:
    first, second = await asyncio.gather(run(empty), run(empty))
    assert sorted(first + second) == [migration.name for migration in ALL]


async def test_a_file_changed_after_it_was_applied_stops_the_start(empty: FreshDatabase) -> None:
    await run(empty)
    changed = (*ALL[:-1], Migration(name=ALL[-1].name, text=ALL[-1].text + "\n-- one more line"))
    with pytest.raises(MigrationFailed, match=f"{ALL[-1].name} was changed after") as caught:
        await run(empty, changed)
    assert "\n" not in str(caught.value)


async def test_a_database_newer_than_the_program_stops_the_start(empty: FreshDatabase) -> None:
    await run(empty, (*ALL, Migration(name="9999_future", text="SELECT 1")))
    with pytest.raises(MigrationFailed, match="newer than this program: it has the migration 9999_future"):
        await run(empty)


async def test_a_migration_that_fails_leaves_nothing_of_itself_and_names_itself(empty: FreshDatabase) -> None:
    broken = Migration(name="9998_broken", text="CREATE TABLE half_done (id int); SELECT 1 / 0")
    with pytest.raises(MigrationFailed, match="9998_broken failed: DivisionByZeroError") as caught:
        await run(empty, (*ALL, broken))
    assert "\n" not in str(caught.value)
    owner = Database(empty.owner)
    assert await owner.fetchval("SELECT to_regclass('half_done')") is None
    await owner.close()
    assert await run(empty) == []


async def test_an_index_can_be_made_while_another_node_waits_for_the_lock(empty: FreshDatabase) -> None:
    """CREATE INDEX CONCURRENTLY waits for every older snapshot; a node blocked in pg_advisory_lock would hold one."""
    text = f"{migrate.OUTSIDE}\nCREATE INDEX CONCURRENTLY made_outside ON groups (created_at)"
    more = (*ALL, Migration(name="9997_index", text=text))
    first, second = await asyncio.wait_for(asyncio.gather(run(empty, more), run(empty, more)), 30)
    assert sorted(first + second) == [migration.name for migration in more]


async def test_the_servers_role_cannot_migrate_but_need_not_where_nothing_is_missing(empty: FreshDatabase) -> None:
    with pytest.raises(MigrationFailed, match="permission denied"):
        await run(empty, url=empty.server)
    await run(empty)
    assert await run(empty, url=empty.server) == []


async def test_a_node_does_not_serve_a_schema_that_is_behind(empty: FreshDatabase) -> None:
    await run(empty, ALL[:-1])
    connection = await connect(empty.server)
    with pytest.raises(MigrationFailed, match=f"lacks the migration {ALL[-1].name}"):
        await migrate.require_current(connection, ALL)
    await connection.close()


async def test_an_unknown_role_of_the_server_stops_the_start(empty: FreshDatabase) -> None:
    with pytest.raises(MigrationFailed, match="has no role nobody_at_all"):
        await migrate.migrate(empty.owner, ALL, server_role="nobody_at_all", at=AT, report=lambda _: None)


async def test_a_server_that_is_away_is_an_outage() -> None:
    with pytest.raises(DatabaseUnavailable):
        await migrate.migrate(
            DatabaseUrl("postgresql://x@127.0.0.1:1/x"), ALL, server_role=None, at=AT, report=lambda _: None
        )


def test_migrations_apply_in_the_order_of_their_names() -> None:
    assert [migration.name[:4] for migration in ALL] == [f"{n:04}" for n in range(1, len(ALL) + 1)]
