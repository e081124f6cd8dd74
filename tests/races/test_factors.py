"""Several factors of one person, changed at once: never none where one is required, never one more than was proved."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.racing import all_at_once, held, pages_at
from tests.drivers.scenes import enrolled

IDS = "SELECT id FROM totp_authenticators ORDER BY confirmed_at, id"
COUNTED = "SELECT count(*) FROM totp_authenticators WHERE state = 'confirmed'"
LIVE_SESSIONS = "SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL"
LOCK = "SELECT id FROM totp_authenticators FOR UPDATE"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    return await provider.app()


@pytest.fixture
async def alice(provider: Provider, browser: Browser, wiki: AuthlibClient) -> Person:
    """With an authenticator app, in the portal."""
    person = await enrolled(provider, wiki)
    await person.sign_in(await browser.open(provider.issuer.url("/account/two-factor")))
    provider.clock.advance(minutes=1)
    return person


async def two_factor(provider: Provider, browser: Browser) -> Page:
    return await browser.open(provider.issuer.url("/account/two-factor"))


async def with_two(provider: Provider, browser: Browser, alice: Person) -> Person:
    page = await two_factor(provider, browser)
    phone = replace(alice, secret=None, steps=[], last_time_step=0)
    await phone.sign_in(await page.submit(button="Add an authenticator app", name="work phone"))
    provider.clock.advance(minutes=1)
    return phone


async def of_each(provider: Provider, browser: Browser, doing: str) -> list[Page]:
    """The page for each of the person's apps."""
    rows = await provider.services.database.fetch(IDS)
    paths = [f"/account/two-factor/factors/{row['id']}{doing}" for row in rows]
    return [await browser.open(provider.issuer.url(path)) for path in paths]


async def test_of_two_removed_at_once_one_stays(provider: Provider, browser: Browser, alice: Person) -> None:
    """Each alone would be right. Whoever comes second is judged by what the first has left."""
    await with_two(provider, browser, alice)
    pages = await of_each(provider, browser, "/remove")
    assert [page.step for page in pages] == ["two-factor-remove"] * 2
    tasks = []
    async with provider.services.database.transaction() as holder:
        await holder.fetch("SELECT id FROM users FOR UPDATE")
        tasks = [asyncio.create_task(page.submit(button="Remove")) for page in pages]
        await held(provider.services.database, *tasks)
    answers = await asyncio.gather(*tasks)
    assert sorted(answer.status for answer in answers) == [200, 503]
    assert await provider.services.database.fetchval(COUNTED) == 1
    assert await provider.events("factor_removed") == ["factor_removed"]


async def test_a_set_up_confirmed_ten_times_at_once_binds_one(
    provider: Provider, browser: Browser, alice: Person
) -> None:
    page = await two_factor(provider, browser)
    page = await page.submit(button="Add an authenticator app", name="work phone")
    phone = replace(alice, secret=None, steps=[], last_time_step=0)
    phone.secret = next(each.href for each in page.links if each.href.startswith("otpauth:")).split("secret=")[1][:32]
    code = phone.app_code()
    answers = await all_at_once([page] * 10, lambda page: page.submit(code=code))
    assert {answer.step for answer in answers} == {"two-factor"}
    assert await provider.services.database.fetchval(COUNTED) == 2


async def test_two_replaced_at_once_are_two_again(provider: Provider, browser: Browser, alice: Person) -> None:
    """Two tabs, each with an app of its own; none is left of what was replaced, and nothing breaks."""
    await with_two(provider, browser, alice)
    pages = [await page.submit(button="Replace app") for page in await of_each(provider, browser, "")]
    people = [replace(alice, secret=None, steps=[], last_time_step=0) for _ in pages]
    old = {row["id"] for row in await provider.services.database.fetch(IDS)}

    async def confirmed(page: Page) -> Page:
        person = people[pages.index(page)]
        person.secret = next(each.href for each in page.links if each.href.startswith("otpauth:"))
        person.secret = person.secret.split("secret=")[1][:32]
        return await page.submit(code=person.app_code())

    answers = await all_at_once(pages, confirmed)
    assert {answer.step for answer in answers} <= {"two-factor-done", "enrolment", "second-factor"}
    assert "two-factor-done" in {answer.step for answer in answers}
    now = {row["id"] for row in await provider.services.database.fetch(IDS)}
    assert len(now) == 2
    assert now != old


async def test_a_code_that_is_looked_at_while_its_device_is_reported_opens_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """N-34: whichever comes first at the app, nobody is signed in with it afterwards."""
    await with_two(provider, browser, alice)
    lost, _ = await of_each(provider, browser, "/lost")
    async with pages_at("second-factor", alice, wiki) as (page,):
        async with provider.services.database.transaction() as holder:
            await holder.fetch(LOCK)
            code = asyncio.create_task(page.submit(code=alice.app_code()))
            assert await held(provider.services.database, code)
            report = asyncio.create_task(lost.submit(button="Report it as lost"))
            assert await held(provider.services.database, code, report)
        answers = await asyncio.gather(code, report)
        assert all(answer.status < 500 or answer.status == 503 for answer in answers)
        again = await page.browser.open(await wiki.authorization_url())
        assert again.step == "password"
    assert await provider.services.database.fetchval(COUNTED) == 1
    assert await provider.services.database.fetchval(LIVE_SESSIONS) == 1
