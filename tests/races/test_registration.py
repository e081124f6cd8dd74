"""Registration under races: a token is good for so many and never for one more; a change meets an end."""

from __future__ import annotations

import asyncio

import pytest

from idp.storage import clients, initial_access_tokens
from idp.storage.database import Database
from idp.values.ids import ClientId
from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider
from tests.drivers.racing import held
from tests.drivers.registering import registering
from tests.drivers.world import World

CALLBACK = "https://app.example.org/callback"


async def test_a_token_for_one_registers_one(world: World) -> None:
    """RFC 7591 3: single use is one statement."""
    registrar = await registering(world.services, world.http, uses=1)
    answers = await asyncio.gather(*(registrar.register(redirect_uris=[CALLBACK]) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [401] * 19
    assert len(await clients.listed(world.services.database)) == 1
    (token,) = await initial_access_tokens.listed(world.services.database)
    assert token.uses_left == 0
    assert len(await world.events("client_registered")) == 1
    assert len(await world.events("registration_refused")) == 19


async def test_changes_and_the_end_come_one_after_the_other(world: World) -> None:
    """O-54: whoever comes after the end is told so, and nothing of the client is left."""
    registrar = await registering(world.services, world.http)
    told = (await registrar.register(redirect_uris=[CALLBACK])).json()
    sent = {"client_id": told["client_id"], "redirect_uris": [CALLBACK]}
    updates = (
        registrar.update(told, **sent, client_name=f"App {n}", token_endpoint_auth_method=method)
        for n in range(8)
        for method in ("client_secret_jwt", "none")
    )
    answers = await asyncio.gather(*updates, registrar.delete(told), registrar.read(told))
    assert {answer.status_code for answer in answers} <= {200, 204, 401}
    assert 204 in {answer.status_code for answer in answers}
    assert await clients.listed(world.services.database) == []
    assert await world.services.database.fetchval("SELECT count(*) FROM client_secrets") == 0


@pytest.mark.parametrize("prompt", ["login", "none"])
async def test_an_app_ends_while_somebody_arrives(
    provider: Provider, browser: Browser, database: Database, prompt: str
) -> None:
    """O-54: what was decided on is gone when it is written: no page and no code, and no fault of ours either."""
    wiki, alice = await provider.app("wiki"), await provider.person()
    assert (await alice.sign_in(await browser.open(await wiki.authorization_url()))).at_app
    async with database.transaction() as ending:
        await clients.delete(ending, ClientId("wiki"))
        arriving = asyncio.create_task(browser.open(await wiki.authorization_url(prompt=prompt)))
        assert await held(database, arriving)
    assert ((await arriving).step, (await arriving).status) == ("error", 400)
    assert await provider.services.database.fetchval("SELECT count(*) FROM grants") == 0
