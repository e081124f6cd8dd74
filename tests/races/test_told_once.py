"""Sessions that end in several ways at once: each app hears of it once, and none that holds tokens is forgotten."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from authlib.integrations.httpx_client import OAuthError

from idp.usecases import browser_sessions
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.outbox import entries, say
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import disable, password_is_enough, sign_in

APPS = tuple(f"app{number}" for number in range(8))
HUNG_UP = {"backchannel_logout_uri": "https://app.example.org/told"}


@pytest.fixture
async def apps(provider: Provider) -> list[AuthlibClient]:
    """Each wants to be told, and may keep its access while the person is away."""
    await password_is_enough(provider)
    made = [await provider.app(name, scope="openid offline_access") for name in APPS]
    for name in APPS:
        await say(provider.services, name, **HUNG_UP)
    return made


@pytest.fixture(autouse=True)
async def alice(provider: Provider, browser: Browser, apps: list[AuthlibClient]) -> Person:
    """Signed in to the first half of them."""
    person = await provider.person()
    await sign_in(apps[0], person, browser)
    for app in apps[1:4]:
        assert "code" in (await browser.open(await app.authorization_url(prompt="none"))).params
    return person


async def told(provider: Provider) -> Counter[str]:
    return Counter(row["client_id"] for row in await entries(provider.services))


async def ended_by_admin(provider: Provider) -> None:
    async with provider.unit() as unit:
        await browser_sessions.end_all(unit, "alice")


async def test_however_many_end_it_at_once_each_app_hears_once(
    provider: Provider, browser: Browser, alice: Person
) -> None:
    """Signed out in five tabs, ended by an admin, disabled: the row ends once."""
    pages = [await browser.tab().open(provider.issuer.url("/logout")) for _ in range(5)]
    await asyncio.gather(
        *(page.submit(button="sign_out") for page in pages), ended_by_admin(provider), disable(provider, alice)
    )
    assert await told(provider) == Counter(APPS[:4])


async def test_a_sign_out_waits_for_no_change_of_person_or_client(provider: Provider, browser: Browser) -> None:
    """Such a change locks its row, then may end sessions: the other way round it would be a deadlock."""
    page = await browser.tab().open(provider.issuer.url("/logout"))
    async with provider.services.database.transaction() as changing:
        await changing.execute("SELECT id FROM users FOR UPDATE")
        await changing.execute("SELECT client_id FROM clients FOR UPDATE")
        assert (await page.submit(button="sign_out")).step == "signed-out"
    assert await told(provider) == Counter(APPS[:4])


async def test_an_app_that_gets_tokens_beside_the_sign_out_is_told(
    provider: Provider, browser: Browser, apps: list[AuthlibClient]
) -> None:
    """Whatever the order: a code that still opened something was there when the session ended."""

    async def signs_in(app: AuthlibClient) -> bool:
        answer = await browser.tab().open(await app.authorization_url(prompt="none"))
        if "code" not in answer.params:
            return False
        try:
            await app.exchange(answer.url)
        except OAuthError:
            return False
        return True

    leaving = await browser.tab().open(provider.issuer.url("/logout"))
    tasks = [asyncio.create_task(signs_in(app)) for app in apps[4:]]
    await leaving.submit(button="sign_out")
    holders = {name for name, holds in zip(APPS[4:], await asyncio.gather(*tasks), strict=True) if holds}
    found = await told(provider)
    assert set(found.values()) == {1}
    assert holders | set(APPS[:4]) <= found.keys()
