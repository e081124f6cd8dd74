"""Two nodes over one database: both start on nothing, both rotate keys, and there is one of everything."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from idp.composition import open_services
from idp.settings import Settings
from idp.storage import resealing
from idp.storage.database import Database
from idp.usecases import key_rotation
from idp.usecases.services import Services
from idp.values.actors import Actor
from tests.drivers.clock import MovableClock
from tests.drivers.database import Cluster, FreshDatabase, clone, drop
from tests.drivers.serve_process import ServeProcess, serve_process

OPERATOR = Actor(kind="command", name="root")
STATES = "SELECT alg, state FROM signing_keys"


@pytest.fixture
async def empty(cluster: Cluster) -> AsyncIterator[FreshDatabase]:
    """A database without a single table."""
    made = await clone(cluster, template="template0")
    yield made
    await drop(cluster, made.name)


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With a folder of root keys of this test's own."""
    folder = tmp_path / "keys"
    shutil.copytree(settings.keys_folder, folder)
    folder.chmod(0o700)
    return settings.model_copy(update={"keys_dir": folder})


@pytest.fixture
async def other(services: Services, settings: Settings, clock: MovableClock) -> AsyncIterator[Services]:
    """A second node over the same database and keys."""
    async with open_services(settings, clock, os.urandom) as opened:
        yield opened


async def published(serve: ServeProcess) -> set[str]:
    return {key["kid"] for key in (await serve.get("/jwks")).json()["keys"]}


async def test_two_services_that_start_on_an_empty_database_agree(empty: FreshDatabase, tmp_path: Path) -> None:
    """One schema, one root key, one active signing key of each algorithm; either verifies what the other signs."""
    shared = {
        "IDP_DATABASE_URL": empty.server.expose(),
        "IDP_DATABASE_OWNER_URL": empty.owner.expose(),
        "IDP_KEYS_DIR": str(tmp_path / "keys"),
        "IDP_WORKERS": "1",
    }
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    async with serve_process(folders[0], **shared) as first, serve_process(folders[1], **shared) as second:
        await asyncio.gather(first.ready(), second.ready())
        assert await published(first) == await published(second)
        said = first.said() + second.said()
    migrations = Counter(line for line in said.splitlines() if "migrated:" in line)
    assert set(migrations.values()) == {1}
    database = Database(empty.owner)
    assert await database.fetchval("SELECT count(*) FROM root_keys") == 1
    assert sorted(tuple(row) for row in await database.fetch(STATES)) == [("ES256", "active"), ("RS256", "active")]
    assert len(list((tmp_path / "keys").iterdir())) == 1
    await database.close()


async def test_a_rotation_that_two_nodes_begin_is_one(services: Services, other: Services, clock: MovableClock) -> None:
    """One next key, then one active key, in whatever order; both nodes publish the same."""
    nodes = [services, other] * 3
    await asyncio.gather(*(key_rotation.rotate(node, OPERATOR, "ES256", clock()) for node in nodes))
    states = Counter(tuple(row) for row in await services.database.fetch(STATES))
    assert states == {("ES256", "active"): 1, ("ES256", "next"): 1, ("RS256", "active"): 1}
    at = clock.advance(days=2)
    await asyncio.gather(*(key_rotation.advance(node, at) for node in nodes))
    states = Counter(tuple(row) for row in await services.database.fetch(STATES))
    assert states == {("ES256", "active"): 1, ("ES256", "retiring"): 1, ("RS256", "active"): 1}
    kids = {(await node.configuration(fresh=True)).keyring.signing_key("ES256").kid for node in nodes}
    assert len(kids) == 1


async def test_a_root_key_that_two_nodes_rotate_leaves_all_that_is_sealed_open(
    services: Services, other: Services, clock: MovableClock
) -> None:
    """What both nodes read afterwards is readable, under the one root key that is active."""
    await asyncio.gather(*(key_rotation.rotate_root(node, OPERATOR, clock()) for node in (services, other)))
    active = await services.database.fetch("SELECT id FROM root_keys WHERE active")
    assert len(active) == 1
    assert {row["id"] for row in await services.database.fetch(resealing.NEEDED)} == {active[0]["id"]}
    for node in (services, other):
        configuration = await node.configuration(fresh=True)
        assert configuration.sealer.active_id == active[0]["id"]
        assert configuration.keyring.signing_key("RS256").kid
