"""The door of the account portal: who is let in, who signs in first, and what a sensitive change asks for again."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from idp.usecases.management import Refused
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import (
    GRANTS,
    SESSIONS,
    Counter,
    details,
    disable,
    enrolled,
    events,
    password_is_enough,
    sign_in,
)


async def in_portal(provider: Provider, person: Person, browser: Browser, path: str = "/account") -> Page:
    """Signed in there, through every page."""
    page = await person.sign_in(await browser.open(provider.issuer.url(path)))
    assert urlsplit(page.url).path == path, page
    return page


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    return await provider.app()


async def test_nobody_signed_in_signs_in_first_and_arrives(provider: Provider, browser: Browser) -> None:
    """A visit passes the same pages, and ends in a session: no grant, no code."""
    alice = await provider.person()
    page = await browser.open(provider.issuer.url("/account"))
    assert page.heading == "Sign in to your account"
    assert not page.has("Cancel")
    page = await alice.sign_in(page)
    assert alice.steps == ["password", "enrolment", "recovery-codes"]
    assert (page.step, page.heading) == ("profile", "Your profile")
    assert "alice" in page.text
    assert await provider.services.database.fetch(GRANTS) == []
    (done,) = await events(provider, "sign_in_completed")
    assert done["client_id"] == "account"
    (session,) = await provider.services.database.fetch(SESSIONS)
    assert done["session_id"] == session["id"]
    (said,) = await details(provider, "sign_in_completed")
    assert (said["acr"], said["grant"]) == ("2fa", None)


async def test_a_session_from_an_app_opens_the_portal_and_the_other_way_round(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    alice = await provider.person()
    await sign_in(wiki, alice, browser)
    page = await browser.open(provider.issuer.url("/account"))
    assert page.step == "profile"
    assert not page.trail
    async with Browser() as other:
        provider.clock.advance(minutes=1)
        await in_portal(provider, alice, other)
        page = await other.open(await wiki.authorization_url())
        assert page.at_app


async def test_nobody_can_ask_for_a_code_in_the_name_of_the_portal(provider: Provider, browser: Browser) -> None:
    """It is no client: nothing registered has its name, and none ever will."""
    page = await browser.open(
        provider.issuer.url("/authorize?client_id=account&response_type=code&redirect_uri=/account")
    )
    assert page.status == 400
    assert page.heading == "This sign-in link is not set up right"


async def test_the_same_finished_visit_leads_to_the_portal_again(provider: Provider, browser: Browser) -> None:
    alice = await provider.person()
    first = await browser.open(provider.issuer.url("/account"))
    await alice.sign_in(first)
    page = await browser.open(first.url)
    assert page.step == "profile"


async def test_a_page_of_the_portal_has_its_headers(provider: Provider, browser: Browser) -> None:
    """V3.4.8, N-41: nothing stored, no opener, no frame."""
    page = await in_portal(provider, await provider.person(), browser)
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_what_pages_cost(provider: Provider, browser: Browser) -> None:
    """Three round trips at most; the door is one."""
    await in_portal(provider, await provider.person(), browser)
    for path, statements in (("/account", 3), ("/account/two-factor", 2)):
        with Counter(provider=provider) as sent:
            await browser.open(provider.issuer.url(path))
        assert sent.statements == statements, path


async def test_a_stale_session_is_asked_again_for_both_factors_and_comes_back(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """V7.5.1: at the account's own level, ten minutes after the latest proofs; not once more within them."""
    alice = await enrolled(provider, wiki)
    page = await in_portal(provider, alice, browser, "/account/two-factor")
    provider.clock.advance(minutes=11)
    page = await page.submit(button="New recovery codes")
    assert page.heading == "Confirm it is you"
    assert page.has("Cancel and return to your account")
    page = await alice.sign_in(page)
    assert alice.steps == ["password", "second-factor", "recovery-codes"]
    assert page.step == "two-factor"
    provider.clock.advance(minutes=1)
    assert (await page.submit(button="New recovery codes")).step == "recovery-codes"


async def test_cancelling_leads_back_to_the_portal(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    alice = await enrolled(provider, wiki)
    page = await in_portal(provider, alice, browser, "/account/two-factor")
    provider.clock.advance(minutes=11)
    asked = await page.submit(button="New recovery codes")
    page = await asked.submit(button="Cancel and return to your account")
    assert page.step == "profile"
    assert (await asked.reload()).step == "profile"
    assert len(await events(provider, "sign_in_cancelled")) == 1


async def test_somebody_else_may_take_over_at_the_door(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """The session of the one before ends, and the portal is the newcomer's."""
    await password_is_enough(provider)
    alice, bob = await provider.person(), await provider.person("bob")
    await in_portal(provider, alice, browser)
    provider.clock.advance(minutes=11)
    page = await (await browser.open(provider.issuer.url("/account/two-factor"))).submit(button="Enable")
    page = await page.submit(username="bob", password=bob.password)
    assert page.step == "enrolment"
    assert "bob" in page.text


async def test_a_person_switched_off_on_the_way_does_not_arrive(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """N-35: between two steps of a visit, and with the door open."""
    alice = await enrolled(provider, wiki)
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account")), until="second-factor")
    await disable(provider, alice)
    page = await page.submit(code=alice.app_code())
    assert page.step != "profile"
    assert (await browser.open(provider.issuer.url("/account"))).step == "password"
    assert "session" not in browser.cookies


async def test_another_browser_cannot_go_on_with_a_visit(provider: Provider, browser: Browser) -> None:
    alice = await provider.person()
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account")), until="enrolment")
    async with Browser() as thief:
        stolen = await thief.open(page.url)
        assert stolen.step == "cookies"
        assert stolen.link("Try again").href == provider.issuer.url("/account")


async def test_no_client_has_the_name_of_the_portal(provider: Provider) -> None:
    """Its name can be given to no client: whoever had it would be what policy and events call the portal."""
    for name in ("account", "admin"):
        with pytest.raises(Refused, match="a name of this provider's own"):
            await provider.app(name)


async def test_a_session_that_ended_is_asked_at_the_door(provider: Provider, browser: Browser) -> None:
    await in_portal(provider, await provider.person(), browser)
    provider.clock.advance(minutes=61)
    assert (await browser.open(provider.issuer.url("/account"))).step == "password"
