"""The Password page of the portal: the current one is a try like any other, the new one is judged, the rest ends."""

from __future__ import annotations

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import PASSWORD, Provider
from tests.drivers.scenes import GRANTS, REQUIRED, SESSIONS, details, enrolled, events, password_is_enough, sign_in

NEW = "seven quiet herons over the lake"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    await password_is_enough(provider)
    return await provider.app()


async def opened(provider: Provider, person: Person, browser: Browser) -> Page:
    page = await person.sign_in(await browser.open(provider.issuer.url("/account/password")))
    assert page.step == "own-password"
    provider.clock.advance(minutes=1)
    return page


async def live(provider: Provider) -> int:
    return sum(each["ended_at"] is None for each in await provider.services.database.fetch(SESSIONS))


async def test_change_it(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Everything that rested on the old one ends, but for this browser."""
    alice = await provider.person()
    async with Browser() as elsewhere:
        await sign_in(wiki, alice, elsewhere)
    page = await opened(provider, alice, browser)
    assert page.fields["sign_out_others"].attrs.get("checked") is not None
    page = await page.submit(password=PASSWORD, new_password=NEW)
    assert page.heading == "Your password is changed"
    assert await live(provider) == 1
    assert all(each["revoked_at"] for each in await provider.services.database.fetch(GRANTS))
    assert await details(provider, "password_changed") == [{"reason": "wanted"}]
    assert (await page.click("Done")).step == "profile"
    async with Browser() as elsewhere:
        asked = await elsewhere.open(await wiki.authorization_url())
        assert (await asked.submit(username="alice", password=PASSWORD)).alerts
        assert (await asked.submit(username="alice", password=NEW)).at_app


async def test_others_may_stay_signed_in_but_for_apps(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    alice = await provider.person()
    async with Browser() as elsewhere:
        await sign_in(wiki, alice, elsewhere)
    page = await opened(provider, alice, browser)
    await page.submit(password=PASSWORD, new_password=NEW, sign_out_others=False)
    assert await live(provider) == 2
    assert all(each["revoked_at"] for each in await provider.services.database.fetch(GRANTS))


async def test_a_wrong_current_password_counts_as_a_try(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """V6.2.3, N-13: ten of them pause the password; nothing that was typed is shown again."""
    page = await opened(provider, await provider.person(), browser)
    for _ in range(9):
        page = await page.submit(password="not this one at all", new_password=NEW)
        assert page.status == 422
        assert page.title.startswith("Error: ")
        assert "That is not your current password" in page.alerts[0]
        assert "not this one" not in page.html
        assert NEW not in page.html
    page = await page.submit(password="not this one at all", new_password=NEW)
    assert "Too many tries. You can try again at" in page.alerts[0]
    page = await page.submit(password=PASSWORD, new_password=NEW)
    assert "Too many tries" in page.alerts[0]
    assert [each["reason"] for each in await details(provider, "password_refused")] == ["wrong"] * 10 + ["paused"]
    assert len(await events(provider, "throttle_paused")) == 1
    provider.clock.advance(minutes=16)
    assert (await page.submit(password=PASSWORD, new_password=NEW)).step == "own-password-done"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("", "Enter a new password"),
        ("too short", "Use at least 15 characters"),
        ("passwordpassword", "lists of common passwords"),
        (PASSWORD, "This is your present password"),
        ("x" * 257, "Use at most 256 characters"),
    ],
)
async def test_a_new_password_that_will_not_do(
    provider: Provider, browser: Browser, wiki: AuthlibClient, new: str, words: str
) -> None:
    """V6.2.1 to V6.2.12: said in words, above its field; no try of the current one is counted for it."""
    page = await opened(provider, await provider.person(), browser)
    page = await page.submit(password=PASSWORD, new_password=new, sign_out_others=False)
    assert words in page.alerts[0]
    assert page.fields["new_password"].attrs["aria-invalid"] == "true"
    assert page.fields["sign_out_others"].attrs.get("checked", "no") == "no"
    assert await provider.services.database.fetch("SELECT * FROM throttles") == []


async def test_a_good_one_is_called_good_where_something_else_was_wrong(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """Secrets do not come back; that this one was fine is said, and never of one that was refused."""
    page = await opened(provider, await provider.person(), browser)
    page = await page.submit(password="not this one at all", new_password=NEW)
    assert f"Good: {len(NEW)} characters" in page.text
    page = await page.submit(password=PASSWORD, new_password="password1234567")
    assert page.alerts
    assert "Good:" not in page.text


async def test_password_managers_find_the_page(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """A Well-Known URL for Changing Passwords, 2; and what must not be there is not."""
    alice = await provider.person()
    page = await alice.sign_in(await browser.open(provider.issuer.url("/.well-known/change-password")))
    assert page.step == "own-password"
    nothing = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert (await browser.open(provider.issuer.url(nothing))).status == 404


async def test_nothing_typed(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    page = await opened(provider, await provider.person(), browser)
    page = await page.submit(password="", new_password=NEW)
    assert "Enter your password" in page.alerts[0]


async def test_who_has_a_second_factor_proves_it_first(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """V7.5.1: from an old session, by somebody who knows the password; the form is not even shown."""
    await provider.rule("server", "", REQUIRED)
    alice = await enrolled(provider, wiki)
    page = await opened(provider, alice, browser)
    provider.clock.advance(minutes=11)
    page = await page.submit(password=PASSWORD, new_password=NEW)
    assert page.heading == "Confirm it is you"
    page = await page.submit(username="alice", password=PASSWORD)
    assert page.step == "second-factor"
    page = await alice.sign_in(page)
    assert page.step == "own-password"
    assert await events(provider, "password_changed") == []
