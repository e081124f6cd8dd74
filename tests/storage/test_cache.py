"""The configuration cache: nothing is asked twice while nothing changes, and every node hears of every change."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import asyncpg
import pytest

from idp.authenticators.methods import Level
from idp.composition import open_services
from idp.oidc.client import AuthMethod, Client
from idp.policy.rules import Rule
from idp.settings import Settings
from idp.storage.cache import Kept
from idp.storage.database import Database, DatabaseUnavailable
from idp.usecases.services import Services
from idp.values.ids import ClientId
from idp.values.secrets import Digest
from tests.drivers.clock import MovableClock
from tests.drivers.database import FreshDatabase

SHOP = ClientId("shop")
BRAND = "INSERT INTO configuration VALUES ('brand_name', $1, '2026-01-01 00:00+00')"
OPTIONAL = "UPDATE policy_rules SET demand = 'if_enrolled', level = NULL WHERE target_kind = 'server'"
CUT_LISTENERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()
"""
REGISTER = """
INSERT INTO clients (client_id, name, application_type, token_endpoint_auth_method, redirect_uris, grant_types, scopes,
    id_token_signed_response_alg, require_pkce, rotate_refresh_tokens, first_party, created_at, changed_at)
VALUES ('shop', $1, 'web', 'client_secret_basic', '{https://shop.example/cb}', '{authorization_code}', '{openid,email}',
    'ES256', true, false, true, '2026-01-01 00:00+00', '2026-01-01 00:00+00')
"""
SECRET = "INSERT INTO client_secrets VALUES (gen_random_uuid(), 'shop', $1, '2026-01-01 00:00+00')"


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """A NOTIFY arrives when it arrives; ten seconds are for ever."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - what is awaited happens in another process
            await asyncio.sleep(0.005)


@pytest.fixture
async def elsewhere(settings: Settings, clock: MovableClock) -> AsyncIterator[Services]:
    """A second node on the same database."""
    async with open_services(settings, clock, os.urandom) as opened:
        yield opened


async def brand(services: Services) -> str:
    return (await services.configuration()).values.brand_name


async def test_what_is_known_costs_no_round_trip(services: Services) -> None:
    """Discovery and JWKS are answered without the database."""
    await services.database.execute(REGISTER, "Shop")
    await until(lambda: asyncio.sleep(0.05, result=True))
    first, client = await services.configuration(), await services.client(SHOP)
    before = services.database.statements
    assert await services.configuration() is first
    assert await services.client(SHOP) is client
    assert services.database.statements == before


async def test_a_client_comes_as_it_was_registered(services: Services) -> None:
    await services.database.execute(REGISTER, "Shop")
    await services.database.execute(SECRET, bytes(32))
    assert await services.client(SHOP) == Client(
        client_id=SHOP,
        name="Shop",
        auth_method=AuthMethod.CLIENT_SECRET_BASIC,
        secrets=(Digest(bytes(32)),),
        redirect_uris=("https://shop.example/cb",),
        scopes=frozenset({"openid", "email"}),
        id_token_alg="ES256",
        first_party=True,
    )


async def test_that_a_client_does_not_exist_is_never_remembered(services: Services) -> None:
    assert await services.client(SHOP) is None
    await services.database.execute(REGISTER, "Shop")
    client = await services.client(SHOP)
    assert client is not None
    assert client.name == "Shop"


async def test_every_node_hears_of_a_change(services: Services, elsewhere: Services) -> None:
    assert await brand(services) == await brand(elsewhere) == "idp"
    await elsewhere.database.execute(BRAND, "Acme")
    await until(lambda: equals(brand(services), "Acme"))
    await until(lambda: equals(brand(elsewhere), "Acme"))


async def equals(asked: Awaitable[str], expected: str) -> bool:
    return await asked == expected


async def test_a_changed_client_and_its_secrets_are_heard_of(services: Services, elsewhere: Services) -> None:
    await services.database.execute(REGISTER, "Shop")
    assert (await elsewhere.client(SHOP)) is not None
    await services.database.execute("UPDATE clients SET status = 'disabled' WHERE client_id = 'shop'")
    await services.database.execute(SECRET, bytes(32))

    async def heard() -> bool:
        client = await elsewhere.client(SHOP)
        return client is not None and not client.active and len(client.secrets) == 1

    await until(heard)


async def test_rules_come_with_their_version(services: Services, elsewhere: Services) -> None:
    before = (await elsewhere.configuration()).rules
    assert before.server == Rule(level=Level.TWO)
    await services.database.execute(OPTIONAL)

    async def heard() -> bool:
        rules = (await elsewhere.configuration()).rules
        return rules.server == Rule(level=None) and rules.version == before.version + 1

    await until(heard)


async def test_a_deaf_node_asks_the_database_each_time(services: Services, owner: Database) -> None:
    """While nothing would tell of a change, nothing is kept."""
    services.cache.distrust()
    assert await brand(services) == "idp"
    before = services.database.statements
    assert await brand(services) == "idp"
    assert services.database.statements > before
    await owner.execute(BRAND, "Acme")
    assert await brand(services) == "Acme"


async def test_a_listener_that_was_cut_off_comes_back_and_forgets_what_it_missed(
    services: Services, fresh: FreshDatabase
) -> None:
    assert services.cache.trusted
    connection = await asyncpg.connect(fresh.superuser.expose())
    await connection.fetch(CUT_LISTENERS)
    await connection.execute("INSERT INTO configuration VALUES ('brand_name', '\"Acme\"', '2026-01-01 00:00+00')")
    await connection.close()
    await until(lambda: equals(brand(services), "Acme"))
    await until(lambda: asyncio.sleep(0, result=services.cache.trusted))


async def test_fresh_asks_the_database_although_something_is_known(services: Services) -> None:
    before = services.database.statements
    await services.configuration(fresh=True)
    assert services.database.statements > before


async def test_many_who_ask_at_once_share_one_load(services: Services) -> None:
    services.cache.forget()
    before = services.database.statements
    loaded = await asyncio.gather(*(services.configuration() for _ in range(20)))
    once = services.database.statements - before
    services.cache.forget()
    await services.configuration()
    assert services.database.statements - before == 2 * once
    assert all(each is loaded[0] for each in loaded)


async def test_a_load_that_began_before_a_change_is_not_kept() -> None:
    held = asyncio.Event()
    answers = iter(["old", "new"])

    async def load(_: str) -> str:
        answer = next(answers)
        if answer == "old":
            await held.wait()
        return answer

    kept: Kept[str, str] = Kept(load, most=1)
    slow = asyncio.create_task(kept.get("x", keep=True))
    await asyncio.sleep(0)
    kept.forget()
    assert await kept.get("x", keep=True) == "new"
    held.set()
    assert await slow == "old"
    assert kept.at_hand("x") == "new"


async def test_somebody_who_stops_waiting_does_not_fail_the_others() -> None:
    held = asyncio.Event()

    async def load(_: str) -> str:
        await held.wait()
        return "loaded"

    kept: Kept[str, str] = Kept(load, most=1)
    first, second = (asyncio.create_task(kept.get("x", keep=True)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    held.set()
    assert await second == "loaded"


async def test_a_load_that_fails_is_tried_again() -> None:
    answers: Iterator[str | None] = iter([None, "back"])

    async def load(_: str) -> str:
        answer = next(answers)
        if answer is None:
            raise DatabaseUnavailable("away")
        return answer

    kept: Kept[str, str] = Kept(load, most=1)
    with pytest.raises(DatabaseUnavailable):
        await kept.get("x", keep=True)
    assert await kept.get("x", keep=True) == "back"


async def test_only_so_many_are_kept() -> None:
    async def load(key: int) -> str:
        return str(key)

    kept: Kept[int, str] = Kept(load, most=2)
    for key in range(3):
        await kept.get(key, keep=True)
    assert [kept.at_hand(key) for key in range(3)] == [None, "1", "2"]
