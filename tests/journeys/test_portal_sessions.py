"""The Sessions page of the portal: one card per browser, this one first; end one, or all others."""

from __future__ import annotations

from uuid import uuid4

import pytest

from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.outbox import entries, say
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import SESSIONS, Counter, events, password_is_enough, sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    await password_is_enough(provider)
    return await provider.app(metadata=Metadata(first_party=True))


async def opened(provider: Provider, person: Person, browser: Browser) -> Page:
    page = await person.sign_in(await browser.open(provider.issuer.url("/account/sessions")))
    assert page.step == "sessions"
    provider.clock.advance(minutes=1)
    return page


async def ended(provider: Provider) -> list[bool]:
    return sorted(each["ended_at"] is not None for each in await provider.services.database.fetch(SESSIONS))


async def test_each_browser_in_words_this_one_first(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """V7.5.2: browser, system, address, since when, last seen, how strong, which apps."""
    alice = await provider.person()
    async with Browser(user_agent=FIREFOX) as elsewhere:
        await sign_in(wiki, alice, elsewhere)
    provider.clock.advance(minutes=5)
    page = await opened(provider, alice, browser)
    here, there = page.text.index("Chrome on Linux This browser"), page.text.index("Firefox on Windows")
    assert here < there
    assert "Apps: " in page.text[there:]
    assert page.text.count("127.0.0.1") == 2
    assert "signed in today at" in page.text


async def test_only_my_own(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Neither shown nor ended: whatever id is sent."""
    bob = await provider.person("bob")
    async with Browser(user_agent=FIREFOX) as elsewhere:
        await sign_in(wiki, bob, elsewhere)
    (his,) = await provider.services.database.fetch(SESSIONS)
    alice = await provider.person()
    page = await opened(provider, alice, browser)
    assert "Firefox" not in page.text
    assert not page.has("Sign out everywhere else")
    async with Browser() as second:
        await sign_in(wiki, alice, second)
    page = await page.reload()
    for strange in (str(his["id"]), str(uuid4()), "nonsense", ""):
        assert (await page.submit(button="Sign out", session=strange)).step == "sessions"
    assert await ended(provider) == [False, False, False]


async def test_end_one(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """It is signed out at once, everywhere that it was signed in to."""
    alice = await provider.person()
    async with Browser(user_agent=FIREFOX) as elsewhere:
        await sign_in(wiki, alice, elsewhere)
        page = await opened(provider, alice, browser)
        page = await page.submit(button="Sign out", session=page.fields["session"].value)
        assert "Firefox" not in page.text
        assert (await elsewhere.open(await wiki.authorization_url())).step == "password"
    assert await ended(provider) == [False, True]
    (event,) = await events(provider, "session_ended")
    assert event["session_id"] is not None


@pytest.mark.parametrize("button", ["Sign out", "Sign out everywhere else"])
async def test_the_apps_of_an_ended_session_are_signed_out(
    provider: Provider, browser: Browser, wiki: AuthlibClient, button: str
) -> None:
    """OIDC Back-Channel Logout 2.3: each app that it had signed in to is told, once."""
    await say(provider.services, "wiki", backchannel_logout_uri="https://wiki.example.org/out")
    alice = await provider.person()
    async with Browser(user_agent=FIREFOX) as elsewhere:
        tokens = await wiki.exchange((await sign_in(wiki, alice, elsewhere)).url)
    page = await opened(provider, alice, browser)
    chosen = {"session": page.fields["session"].value} if button == "Sign out" else {}
    await page.submit(button=button, **chosen)
    told = [(each["client_id"], str(each["session_id"])) for each in await entries(provider.services)]
    assert told == [("wiki", tokens.claims["sid"])]


async def test_end_all_others(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Sign-ins under way too: one of them may be somebody else's."""
    alice = await provider.person()
    for agent in (FIREFOX, "Safari/1"):
        async with Browser(user_agent=agent) as elsewhere:
            await sign_in(wiki, alice, elsewhere)
    page = await opened(provider, alice, browser)
    page = await page.submit(button="Sign out everywhere else")
    assert page.step == "sessions"
    assert page.text.count("signed in today") == 1
    assert await ended(provider) == [False, True, True]
    told = [each["session_id"] for each in await events(provider, "session_ended")]
    assert len(told) == len(set(told) - {None}) == 2


async def test_ending_asks_for_a_fresh_proof(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """V7.5.2."""
    alice = await provider.person()
    async with Browser(user_agent=FIREFOX) as elsewhere:
        await sign_in(wiki, alice, elsewhere)
    page = await opened(provider, alice, browser)
    provider.clock.advance(minutes=11)
    page = await page.submit(button="Sign out everywhere else")
    assert page.heading == "Confirm it is you"
    assert await ended(provider) == [False, False]
    page = await alice.sign_in(page)
    assert page.step == "sessions"
    assert "Nothing has been changed yet: send the form once more." in page.text


async def test_what_the_page_costs(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    await opened(provider, await provider.person(), browser)
    with Counter(provider=provider) as sent:
        await browser.open(provider.issuer.url("/account/sessions"))
    assert sent.statements == 3


async def test_how_each_was_signed_in_is_said(provider: Provider, browser: Browser) -> None:
    page = await opened(provider, await provider.person(), browser)
    assert "Signed in with two-factor" in page.text
    await password_is_enough(provider)
    async with Browser() as elsewhere:
        assert (
            "Signed in with a password alone" in (await opened(provider, await provider.person("bob"), elsewhere)).text
        )


async def test_the_one_that_was_chosen_is_still_marked_after_a_fresh_proof(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    alice = await provider.person()
    for _ in range(2):
        async with Browser(user_agent=FIREFOX) as elsewhere:
            await sign_in(wiki, alice, elsewhere)
        provider.clock.advance(minutes=1)
    page = await opened(provider, alice, browser)
    chosen = page.fields["session"].value
    provider.clock.advance(minutes=11)
    page = await alice.sign_in(await page.submit(button="Sign out", session=chosen))
    assert page.html.count("You chose this one") == 1
    assert page.html.index("You chose this one") < page.html.index(chosen)
    assert await ended(provider) == [False, False, False]


async def test_this_browser_is_signed_out_by_the_page_for_it(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    page = await opened(provider, await provider.person(), browser)
    page = await (await page.click("Sign out here")).submit(button="Sign out")
    assert await ended(provider) == [True]
