"""One source of failures: 50 in ten minutes, whoever they are about, and nobody else pays for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from idp.settings import Settings
from idp.values.issuer import Issuer
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.database import FreshDatabase
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, password_is_enough, sign_in

COUNT = "SELECT source, failures FROM source_throttles ORDER BY source"


@pytest.fixture
def settings(fresh: FreshDatabase, issuer: Issuer) -> Settings:
    """Behind a proxy on the loopback, so that each browser can come from an address of its own (O-63)."""
    return Settings(
        issuer=issuer,
        database_url=fresh.server,
        database_owner_url=fresh.owner,
        keys_dir=fresh.keys,
        hash_queue=1000,
        trusted_proxies=(ip_network("127.0.0.0/8"), ip_network("::1/128")),
    )


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    """An app, where a password is enough."""
    await password_is_enough(provider)
    return await provider.app()


@pytest.fixture
async def attacker() -> AsyncIterator[Browser]:
    """From 203.0.113.9."""
    async with Browser() as browser:
        browser.client.headers["X-Forwarded-For"] = "203.0.113.9"
        yield browser


async def spray(app: AuthlibClient, browser: Browser, times: int) -> Page:
    """One guess at each of many names."""
    page = await browser.open(await app.authorization_url())
    for number in range(times):
        page = await page.submit(username=f"name {number}", password="Winter2031 Winter")
    return page


async def test_the_fifty_first_is_not_looked_at(
    provider: Provider, browser: Browser, attacker: Browser, wiki: AuthlibClient
) -> None:
    """50 failures per 10 minutes; others are served; when the window is over, so is the limit; the page says when."""
    alice = await provider.person()
    provider.clock.advance(minutes=1)
    page = await spray(wiki, attacker, 1)
    provider.clock.advance(minutes=4)
    page = await spray(wiki, attacker, 49)
    assert "do not match" in page.alerts[0]
    page = await page.submit(username="alice", password=alice.password)
    assert "Too many tries" in page.alerts[0]
    assert "(in 6 minutes)" in page.alerts[0]
    assert len(await details(provider, "source_limited")) == 1
    browser.client.headers["X-Forwarded-For"] = "198.51.100.1"
    await sign_in(wiki, alice, browser)
    provider.clock.advance(minutes=6)
    assert (await page.submit(username="alice", password=alice.password)).at_app


async def test_successes_count_nothing(provider: Provider, attacker: Browser, wiki: AuthlibClient) -> None:
    """Only failures count; a whole office may sit behind one address."""
    alice = await provider.person()
    for _ in range(5):
        await sign_in(wiki, alice, attacker, prompt="login")
        provider.clock.advance(seconds=5)
    assert await provider.services.database.fetch(COUNT) == []


@pytest.mark.parametrize(
    ("addresses", "sources"),
    [
        (["203.0.113.9", "203.0.113.10"], ["203.0.113.10", "203.0.113.9"]),
        (["2001:db8::1", "2001:db8::ffff:1"], ["2001:db8::/64"]),
        (["2001:db8:0:1::1", "2001:db8:0:2::1"], ["2001:db8:0:1::/64", "2001:db8:0:2::/64"]),
        (["::ffff:203.0.113.9", "203.0.113.9"], ["203.0.113.9"]),
        (["1.2.3.4, 203.0.113.9", "9.9.9.9, 203.0.113.9"], ["203.0.113.9"]),
    ],
)
async def test_what_one_source_is(
    provider: Provider, attacker: Browser, wiki: AuthlibClient, addresses: list[str], sources: list[str]
) -> None:
    """Per IPv4 or IPv6 /64; what stands left of the nearest hop is only claimed (V4.1.3)."""
    for address in addresses:
        attacker.client.headers["X-Forwarded-For"] = address
        await spray(wiki, attacker, 1)
    assert [row["source"] for row in await provider.services.database.fetch(COUNT)] == sources


async def test_a_paused_try_counts_against_nobody(provider: Provider, attacker: Browser, wiki: AuthlibClient) -> None:
    """A try that was not looked at is recorded and not counted."""
    await provider.person()
    page = await attacker.open(await wiki.authorization_url())
    for _ in range(12):
        page = await page.submit(username="alice", password="wrong")
    (row,) = await provider.services.database.fetch(COUNT)
    assert row["failures"] == 10
    assert [each["reason"] for each in await details(provider, "password_refused")] == ["wrong"] * 10 + ["paused"] * 2
