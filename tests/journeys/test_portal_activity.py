"""The Activity page of the portal, and «This was not me»: what follows is said first, then whoever it was is out."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.outbox import entries, say
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import PASSWORD, Provider
from tests.drivers.scenes import GRANTS, SESSIONS, Counter, details, enrolled, events, sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "seven quiet herons over the lake"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    app = await provider.app(metadata=Metadata(first_party=True))
    await say(provider.services, "wiki", backchannel_logout_uri="https://wiki.example.org/out")
    return app


async def opened(provider: Provider, person: Person, browser: Browser, path: str = "") -> Page:
    page = await person.sign_in(await browser.open(provider.issuer.url(f"/account/activity{path}")))
    assert page.step == "activity"
    return page


def doubts(page: Page) -> list[str]:
    return [each.text for each in page.links if each.text.startswith("This was not me")]


async def test_sentences_with_browser_address_and_time_newest_first(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    alice = await enrolled(provider, wiki)
    async with Browser(user_agent=FIREFOX) as elsewhere:
        page = await elsewhere.open(await wiki.authorization_url())
        page = await (await page.submit(username="alice", password=PASSWORD)).submit(code="000000")
        assert page.alerts
    provider.clock.advance(minutes=1)
    page = await opened(provider, alice, browser)
    newest, wrong = page.text.index("Signed in to your account"), page.text.index("Wrong code today at")
    assert newest < wrong < page.text.index("Two-factor turned on")
    assert page.text[wrong:].index("Firefox on Windows · 127.0.0.1") < 60
    assert len(doubts(page)) == page.text.count(" today at ") - len(doubts(page))


async def test_the_filter(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    alice = await enrolled(provider, wiki)
    page = await opened(provider, alice, browser)
    assert "Signed in to wiki" in page.text
    assert "Two-factor turned on" in page.text
    page = await page.click("Sign-ins")
    assert ("Signed in to wiki" in page.text, "Two-factor turned on" in page.text) == (True, False)
    page = await page.click("Changes")
    assert ("Signed in to wiki" in page.text, "Two-factor turned on" in page.text) == (False, True)
    page = await page.click("Apps")
    assert "Nothing has happened yet." in page.text
    assert 'aria-current="page">Apps' in page.html


async def test_it_asks_before_it_acts(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """The page names the line; looking at it changes nothing."""
    page = await opened(provider, await enrolled(provider, wiki), browser)
    before = await provider.services.database.fetch(SESSIONS)
    page = await page.click(next(each for each in doubts(page) if "Two-factor turned on" in each))
    assert page.heading == "This was not you?"
    assert "Two-factor turned on" in page.text
    assert (await page.click("It was me: back to activity")).step == "activity"
    assert await provider.services.database.fetch(SESSIONS) == before
    assert await events(provider, "not_me_reported") == []


async def test_whoever_it_was_is_out(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Sessions and grants end, apps hear of it, a new password is asked at once, and a set-up is offered."""
    alice = await enrolled(provider, wiki)
    provider.clock.advance(minutes=1)
    async with Browser(user_agent=FIREFOX) as thief:
        await sign_in(wiki, alice, thief)
        provider.clock.advance(minutes=1)
        page = await opened(provider, alice, browser)
        page = await page.click(doubts(page)[1])
        page = await page.submit(button="Secure my account")
        assert page.step == "new-password"
        assert (await thief.open(await wiki.authorization_url())).step == "password"
    page = await page.submit(new_password=NEW)
    assert (page.step, page.heading) == ("not-me-done", "Your account is yours again")
    assert (await page.click("Set up two-factor again")).step == "two-factor"
    rows = await provider.services.database.fetch(SESSIONS)
    assert sum(each["ended_at"] is None for each in rows) == 1
    assert all(each["revoked_at"] for each in await provider.services.database.fetch(GRANTS))
    assert len(await entries(provider.services)) >= 1
    (said,) = await details(provider, "not_me_reported")
    assert (said["reported"], said["sessions"], said["grants"]) == ("sign_in_completed", 2, 2)
    page = await browser.open(provider.issuer.url("/account/activity"))
    assert "Something reported as not you, and everything else signed out" in page.text


async def test_what_was_set_up_by_it_opens_nothing(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """N-34: whoever set it up does not come back by it; the factor still stands."""
    page = await opened(provider, await enrolled(provider, wiki), browser)
    page = await page.click(next(each for each in doubts(page) if "Two-factor turned on" in each))
    assert (await page.submit(button="Secure my account")).step == "new-password"
    states = await provider.services.database.fetch("SELECT state FROM totp_authenticators")
    assert [each["state"] for each in states] == ["suspended"]
    assert (await details(provider, "not_me_reported"))[-1]["factors"] == 2


async def test_it_takes_a_fresh_proof_and_comes_back_to_the_same_line(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """V7.5.1: whoever sits at a forgotten browser puts nobody out."""
    alice = await enrolled(provider, wiki)
    page = await opened(provider, alice, browser)
    page = await page.click(next(each for each in doubts(page) if "Two-factor turned on" in each))
    provider.clock.advance(minutes=11)
    page = await page.submit(button="Secure my account")
    assert page.heading == "Confirm it is you"
    assert await events(provider, "not_me_reported") == []
    page = await alice.sign_in(page)
    assert (page.step, urlsplit(page.url).path) == ("not-me", "/account/activity/not-me")
    assert "Two-factor turned on" in page.text
    assert (await page.submit(button="Secure my account")).step == "new-password"


@pytest.mark.parametrize("event", ["", "nonsense", "0", "9" * 30, "²", "-1"])
async def test_a_line_that_is_none_of_mine_is_not_shown(
    provider: Provider, browser: Browser, wiki: AuthlibClient, event: str
) -> None:
    """Nor is one of somebody else; the page works without a line."""
    bob = await enrolled(provider, wiki, "bob")
    page = await opened(provider, await enrolled(provider, wiki), browser)
    (his,) = await provider.services.database.fetch(
        "SELECT max(e.id) AS id FROM security_events e JOIN users u ON u.id = e.user_id WHERE u.username = 'bob'"
    )
    assert bob.secret
    for each in (event, str(his["id"])):
        page = await browser.open(provider.issuer.url(f"/account/activity/not-me?event={each}"))
        assert (page.step, "today" in page.text) == ("not-me", False)
    page = await page.submit(button="Secure my account", event=event)
    assert page.step == "new-password"
    (said,) = await details(provider, "not_me_reported")
    assert said["reported"] is None


async def test_what_the_pages_cost(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    page = await opened(provider, await enrolled(provider, wiki), browser)
    for url in (page.url, next(each.href for each in page.links if each.text.startswith("This was not me"))):
        with Counter(provider=provider) as sent:
            await browser.open(url)
        assert sent.statements == 2
