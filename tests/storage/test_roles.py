"""Two roles: the server's can use the schema and nothing more, and can rewrite no security event (ASVS 16.4.2)."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from idp import resources
from idp.storage import migrate, roles
from idp.storage.database import Database
from idp.storage.events import EncodedEvent, record
from idp.storage.pool import connect
from tests.drivers.clock import MovableClock
from tests.drivers.database import FreshDatabase, administer


def event(clock: MovableClock, kind: str = "signed_out") -> EncodedEvent:
    return EncodedEvent(
        at=clock().isoformat(),
        kind=kind,
        actor_kind="anonymous",
        actor_user=None,
        user_id=None,
        client_id="shop",
        session_id=None,
        interaction_id=None,
        request_id="r1",
        details={"reason": "wrong"},
        personal="AAECAw==",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE security_events SET kind = 'other'",
        "DELETE FROM security_events",
        "TRUNCATE security_events",
        "ALTER TABLE security_events DISABLE TRIGGER ALL",
        "DROP TABLE security_events",
        "ALTER TABLE users ADD COLUMN nickname text",
        "CREATE TABLE mine (id int)",
        "DROP FUNCTION purge_security_events",
        "UPDATE schema_migrations SET sha256 = ''",
        "INSERT INTO schema_migrations VALUES ('9999', '', '2026-01-01 00:00+00')",
        "INSERT INTO policy_version (version) VALUES (7)",
        "SET ROLE idp_owner",
    ],
)
async def test_the_server_cannot(database: Database, clock: MovableClock, statement: str) -> None:
    await record(database, [event(clock)])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.execute(statement)
    assert await database.fetchval("SELECT count(*) FROM security_events") == 1


async def test_the_server_appends_and_reads_security_events(database: Database, clock: MovableClock) -> None:
    await record(database, [event(clock), event(clock, "csrf_failed")])
    rows = await database.fetch("SELECT * FROM security_events ORDER BY id")
    assert [row["kind"] for row in rows] == ["signed_out", "csrf_failed"]
    assert rows[0]["at"] == clock()
    assert rows[0]["details"] == {"reason": "wrong"}
    assert rows[0]["personal"] == bytes(range(4))
    assert rows[0]["actor_user"] is None


async def test_the_server_cannot_choose_the_id_of_an_event(database: Database) -> None:
    with pytest.raises(asyncpg.GeneratedAlwaysError):
        await database.execute(
            "INSERT INTO security_events (id, at, kind, actor_kind) VALUES (1, '2026-01-01 00:00+00', 'x', 'job')"
        )


async def test_retention_deletes_only_what_is_past_the_age_whatever_instant_the_server_claims(
    database: Database, clock: MovableClock
) -> None:
    await record(database, [event(clock)])
    clock.advance(days=-401)
    await record(database, [event(clock, "old")])
    clock.advance(days=401)
    assert await database.fetchval("SELECT purge_security_events($1)", clock() + timedelta(days=4000)) == 1
    assert await database.fetchval("SELECT kind FROM security_events") == "signed_out"


async def test_retention_cannot_be_set_below_thirty_days(database: Database, clock: MovableClock) -> None:
    await database.execute("INSERT INTO configuration VALUES ('security_event_days', '0', $1)", clock())
    clock.advance(days=-29)
    await record(database, [event(clock)])
    clock.advance(days=29)
    assert await database.fetchval("SELECT purge_security_events($1)", clock()) == 0


async def test_nobody_else_may_call_the_retention(fresh: FreshDatabase) -> None:
    name = f"stranger_{uuid4().hex[:8]}"
    await administer(fresh.cluster, f"CREATE ROLE {name} LOGIN")
    stranger = Database(fresh.cluster.url(name, fresh.name))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stranger.fetchval("SELECT purge_security_events('2026-01-01 00:00+00')")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stranger.fetchval("SELECT count(*) FROM users")
    finally:
        await stranger.close()
        await administer(fresh.cluster, f"DROP ROLE {name}")


async def test_a_role_of_its_own_becomes_a_member_and_can_serve(fresh: FreshDatabase, clock: MovableClock) -> None:
    name = f"web_{uuid4().hex[:8]}"
    await administer(fresh.cluster, f"CREATE ROLE {name} LOGIN")
    migrations = migrate.load(resources.folder("migrations"))
    superuser = fresh.cluster.url(None, fresh.name)
    try:
        await migrate.migrate(superuser, migrations, server_role=name, at=clock(), report=lambda _: None)
        web = Database(fresh.cluster.url(name, fresh.name))
        assert await web.fetchval("SELECT count(*) FROM users") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await web.execute("DELETE FROM security_events")
        await web.close()
    finally:
        await administer(fresh.cluster, f"DROP ROLE {name}")


async def test_one_role_for_both_is_told_apart_from_two(fresh: FreshDatabase) -> None:
    for url, separate in ((fresh.server, True), (fresh.owner, False), (fresh.superuser, False)):
        connection = await connect(url)
        assert await connection.fetchval(roles.SEPARATE) is separate
        await connection.close()


async def test_preparing_the_embedded_server_twice_changes_nothing(fresh: FreshDatabase) -> None:
    superuser = fresh.cluster.url(None, "postgres")
    await roles.prepare_embedded(superuser, fresh.name)
    await roles.prepare_embedded(superuser, fresh.name)
