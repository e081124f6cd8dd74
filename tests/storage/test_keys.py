"""The life of the keys: made once at the first start, found again, rotated, and never silently replaced."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from idp import resources
from idp.composition import open_services
from idp.keystore.keyring import KeyState
from idp.keystore.root_keys import MissingRootKey, RootKeys
from idp.keystore.sealing import CannotOpen
from idp.keystore.service_keys import ServiceKeyName
from idp.settings import Settings
from idp.storage import keys, migrate, resealing, roles
from idp.storage.database import Database
from idp.usecases import key_rotation
from idp.usecases.keys import KeyReader, ensure
from idp.usecases.services import Services
from idp.values.actors import Actor
from idp.values.sealed import Place, Sealed
from tests.drivers.clock import MovableClock
from tests.drivers.database import Cluster, FreshDatabase, clone, drop

OPERATOR = Actor(kind="command", name="root")
PERSON = """
INSERT INTO users (id, sub, username, audit_salt, created_at, updated_at)
VALUES ($1, 'subject-of-somebody', 'alice', decode(repeat('00', 32), 'hex'), $2, $2)
"""
APP = "INSERT INTO totp_authenticators VALUES ($1, $2, $3, 'SHA1', 6, 30, 'confirmed', 0, $4)"
SHOP = """
INSERT INTO clients (client_id, name, application_type, token_endpoint_auth_method, redirect_uris, grant_types, scopes,
    id_token_signed_response_alg, require_pkce, rotate_refresh_tokens, first_party, created_at, changed_at)
VALUES ('shop', 'Shop', 'web', 'client_secret_basic', '{https://shop.example/cb}', '{authorization_code}', '{openid}',
    'RS256', true, false, true, $1, $1)
"""
INTERACTION = """
INSERT INTO interactions (id, client_id, request, arrived_at, expires_at, ends_at, sealed_enrolment, enrolment_until,
    sealed_codes, codes_until, sealed_response, finished_at)
VALUES ($1, 'shop', '{}', $2, $2, $2, $3, $2, $4, $2, $5, $2)
"""
EVENTS = "SELECT kind FROM security_events ORDER BY id"


@pytest.fixture
async def unkeyed(cluster: Cluster, clock: MovableClock) -> AsyncIterator[FreshDatabase]:
    """A migrated database that holds nothing sealed."""
    made = await clone(cluster, template="template0")
    migrations = migrate.load(resources.folder("migrations"))
    await migrate.migrate(made.owner, migrations, server_role=roles.SERVER, at=clock(), report=lambda _: None)
    yield made
    await drop(cluster, made.name)


@pytest.fixture
def own_keys(fresh: FreshDatabase, tmp_path: Path) -> Path:
    """A copy of the root keys, for tests that change the folder."""
    folder = tmp_path / "keys"
    shutil.copytree(fresh.keys, folder)
    folder.chmod(0o700)
    return folder


@pytest.fixture
async def rotating(settings: Settings, own_keys: Path, clock: MovableClock) -> AsyncIterator[Services]:
    """Services whose folder of root keys is this test's own."""
    async with open_services(settings.model_copy(update={"keys_dir": own_keys}), clock, os.urandom) as opened:
        yield opened


async def sealed_under(database: Database) -> set[str]:
    return {row["id"] for row in await database.fetch(resealing.NEEDED)}


async def kinds(services: Services) -> list[str]:
    return [row["kind"] for row in await services.database.fetch(EVENTS)]


async def states(services: Services) -> list[tuple[str, KeyState]]:
    return sorted((key.alg, key.state) for key in await keys.published(services.database))


async def published(services: Services) -> set[str]:
    """Key ids under which access tokens are accepted."""
    return {key.kid for key in (await services.configuration()).keyring.verification_keys()}


async def test_the_first_start_makes_every_key(unkeyed: FreshDatabase, tmp_path: Path, clock: MovableClock) -> None:
    folder, database = tmp_path / "keys", Database(unkeyed.server)
    await ensure(database, folder, os.urandom, clock())
    opened = KeyReader(folder, os.urandom).opened(await keys.load(database))
    await database.close()
    assert opened.keyring.algs() == ("RS256", "ES256")
    assert [opened.service_keys.current(name).name for name in ServiceKeyName] == list(ServiceKeyName)
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


async def test_two_nodes_that_start_at_once_make_one_set(
    unkeyed: FreshDatabase, tmp_path: Path, clock: MovableClock
) -> None:
    folder = tmp_path / "keys"
    nodes = [Database(unkeyed.server) for _ in range(2)]
    await asyncio.gather(*(ensure(node, folder, os.urandom, clock()) for node in nodes))
    stored = await keys.load(nodes[0])
    for node in nodes:
        await node.close()
    assert len(stored.roots) == 1
    assert len(stored.service) == len(ServiceKeyName)
    assert sorted(key.public.alg for key in stored.signing) == ["ES256", "RS256"]
    assert len(list(folder.iterdir())) == 1


async def test_a_root_key_put_there_beforehand_is_used(
    unkeyed: FreshDatabase, tmp_path: Path, clock: MovableClock
) -> None:
    """A secret mounted by an orchestrator: the folder may be read-only."""
    given = RootKeys.create(tmp_path / "keys", os.urandom)
    database = Database(unkeyed.server)
    await ensure(database, tmp_path / "keys", os.urandom, clock())
    assert [root.id for root in await keys.roots(database)] == [given.id]
    await database.close()


async def test_a_second_start_makes_nothing(services: Services, clock: MovableClock) -> None:
    before = await keys.load(services.database)
    await ensure(services.database, services.settings.keys_folder, os.urandom, clock())
    assert await keys.load(services.database) == before


async def test_a_database_of_an_earlier_version_gets_the_keys_that_came_since(
    services: Services, clock: MovableClock
) -> None:
    """O-52: and no other key changes."""
    await services.database.execute("DELETE FROM service_keys WHERE name = 'pairwise_subject'")
    before = (await keys.load(services.database)).service
    await ensure(services.database, services.settings.keys_folder, os.urandom, clock())
    made = set((await keys.load(services.database)).service) - set(before)
    assert [key.name for key in made] == [ServiceKeyName.PAIRWISE_SUBJECT]


async def test_a_key_that_a_later_version_made_is_left_alone(services: Services, clock: MovableClock) -> None:
    """Two versions serve at once during an update."""
    before = await keys.load(services.database)
    await services.database.execute("INSERT INTO service_keys VALUES ('of_tomorrow', 'aa', '\\x00', true, $1)", clock())
    assert await keys.load(services.database) == before


async def test_a_missing_root_key_stops_the_start_with_one_line(
    settings: Settings, tmp_path: Path, clock: MovableClock
) -> None:
    """Making a new one would leave every secret unreadable for good."""
    elsewhere = settings.model_copy(update={"keys_dir": tmp_path / "empty"})
    with pytest.raises(MissingRootKey) as caught:
        async with open_services(elsewhere, clock, os.urandom):
            pass
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "empty").exists()


async def test_a_foreign_root_key_stops_the_start_as_well(
    settings: Settings, tmp_path: Path, clock: MovableClock
) -> None:
    RootKeys.create(tmp_path / "foreign", os.urandom)
    with pytest.raises(MissingRootKey):
        async with open_services(settings.model_copy(update={"keys_dir": tmp_path / "foreign"}), clock, os.urandom):
            pass


async def test_a_row_copied_to_another_place_does_not_open(services: Services) -> None:
    """N-20, decision 4: ciphertext is bound to table, row and column."""
    stored = await keys.load(services.database)
    first, second = stored.signing
    assert isinstance(first.sealed, Sealed)
    assert services.sealer.open(first.sealed, first.place)
    with pytest.raises(CannotOpen):
        services.sealer.open(first.sealed, second.place)


async def test_a_rotated_key_is_published_a_day_before_it_signs(services: Services, clock: MovableClock) -> None:
    """O-50."""
    old = services.keyring.signing_key("ES256").kid
    await key_rotation.rotate(services, OPERATOR, "ES256", clock())
    configuration = await services.configuration()
    assert len(configuration.keyring.jwks()["keys"]) == 3
    assert configuration.keyring.signing_key("ES256").kid == old
    await key_rotation.advance(services, clock.advance(days=1, seconds=1))
    configuration = await services.configuration()
    assert configuration.keyring.signing_key("ES256").kid != old
    assert old in await published(services)
    assert await states(services) == [
        ("ES256", KeyState.ACTIVE),
        ("ES256", KeyState.RETIRING),
        ("RS256", KeyState.ACTIVE),
    ]


async def test_a_retired_key_goes_once_its_longest_token_has_expired(services: Services, clock: MovableClock) -> None:
    old = services.keyring.signing_key("ES256").kid
    await key_rotation.rotate(services, OPERATOR, "ES256", clock(), at_once=True)
    await key_rotation.advance(services, clock.advance(minutes=14))
    assert old in await published(services)
    await key_rotation.advance(services, clock.advance(minutes=2))
    assert old not in await published(services)
    assert await services.database.fetchval("SELECT sealed_private FROM signing_keys WHERE kid = $1", old) is None
    assert await kinds(services) == ["key_made", "key_activated", "key_forgotten"]


async def test_two_nodes_that_rotate_at_once_do_it_once(services: Services, clock: MovableClock) -> None:
    await asyncio.gather(*(key_rotation.rotate(services, OPERATOR, "ES256", clock()) for _ in range(4)))
    assert [key.state for key in await keys.published(services.database)].count(KeyState.NEXT) == 1
    at = clock.advance(days=2)
    await asyncio.gather(*(key_rotation.advance(services, at) for _ in range(4)))
    assert [key.state for key in await keys.published(services.database)].count(KeyState.RETIRING) == 1
    assert await kinds(services) == ["key_made", "key_activated"]


async def test_an_algorithm_gets_its_key_when_a_client_needs_it(services: Services, clock: MovableClock) -> None:
    """EdDSA and PS256 when a client is registered for them."""
    await key_rotation.ensure_algorithm(services, OPERATOR, "EdDSA", clock())
    await key_rotation.ensure_algorithm(services, OPERATOR, "EdDSA", clock())
    assert (await services.configuration()).keyring.algs() == ("RS256", "ES256", "EdDSA")
    assert await kinds(services) == ["key_made"]


async def test_the_root_key_is_rotated_while_the_service_runs(
    rotating: Services, own_keys: Path, clock: MovableClock
) -> None:
    signing = rotating.keyring.signing_key("RS256").kid
    event = await key_rotation.rotate_root(rotating, OPERATOR, clock())
    assert await sealed_under(rotating.database) == {event.after}
    assert rotating.sealer.active_id == event.after
    assert rotating.keyring.signing_key("RS256").kid == signing
    assert await kinds(rotating) == ["root_key_rotated"]
    assert len(list(own_keys.iterdir())) == 2


async def test_what_people_have_is_sealed_anew_in_place(rotating: Services, clock: MovableClock) -> None:
    """Secrets of apps and what a running sign-in keeps: the same content, at the same place, under the new key."""
    places = await seal_some(rotating, clock())
    event = await key_rotation.rotate_root(rotating, OPERATOR, clock())
    for place in places:
        octets = await rotating.database.fetchval(f"SELECT {place.column} FROM {place.table}")  # noqa: S608 - ours
        assert rotating.sealer.key_id_of(Sealed(octets)) == event.after
        assert rotating.sealer.open(Sealed(octets), place) == place.column.encode()


async def seal_some(services: Services, at: datetime) -> list[Place]:
    user, app, interaction = (uuid4() for _ in range(3))
    places = [Place("totp_authenticators", str(app), "sealed_secret")]
    columns = ("sealed_enrolment", "sealed_codes", "sealed_response")
    places += [Place("interactions", str(interaction), column) for column in columns]
    octets = [services.sealer.seal(place.column.encode(), place).octets for place in places]
    await services.database.execute(PERSON, user, at)
    await services.database.execute(APP, app, user, octets[0], at)
    await services.database.execute(SHOP, at)
    await services.database.execute(INTERACTION, interaction, at, *octets[1:])
    return places


async def test_another_node_learns_of_a_new_root_key(
    rotating: Services, settings: Settings, own_keys: Path, clock: MovableClock
) -> None:
    async with open_services(settings.model_copy(update={"keys_dir": own_keys}), clock, os.urandom) as other:
        event = await key_rotation.rotate_root(rotating, OPERATOR, clock())
        assert (await other.configuration(fresh=True)).sealer.active_id == event.after


async def test_an_old_root_key_leaves_the_list_once_nobody_can_need_it(rotating: Services, clock: MovableClock) -> None:
    event = await key_rotation.rotate_root(rotating, OPERATOR, clock())
    assert await forgotten(rotating, clock()) == ()
    assert await forgotten(rotating, clock.advance(hours=2)) == (event.before,)
    assert [root.id for root in await keys.roots(rotating.database)] == [event.after]


async def forgotten(services: Services, at: datetime) -> tuple[str, ...]:
    return await resealing.forget_unneeded_roots(services.database, at)
