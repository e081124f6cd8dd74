"""How a sign-in ends while something else happens to it: twice at once, signed out, disabled, asked for more."""

from __future__ import annotations

import asyncio

import pytest

from idp.authenticators.methods import Level
from idp.policy.rules import Rule
from idp.usecases import policy, user_access
from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.racing import all_at_once, held, pages_at

ASKS_CONSENT = Metadata(first_party=False)
OFFLINE = "openid offline_access"
LIVE_GRANTS = "SELECT count(*) FROM grants WHERE revoked_at IS NULL"
LIVE_SESSIONS = "SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    """A first-party app that may keep its access while the person is away."""
    return await provider.app("wiki", scope=OFFLINE)


@pytest.fixture
async def alice(provider: Provider, browser: Browser, wiki: AuthlibClient) -> Person:
    """Signed in in `browser`, with an authenticator app."""
    person = await provider.person()
    assert (await person.sign_in(await browser.open(await wiki.authorization_url()))).at_app
    provider.clock.advance(minutes=1)
    return person


async def test_one_sign_in_completed_ten_times_at_once_gives_one_code(provider: Provider) -> None:
    """Double click. The same browser gets the same response, whichever request was first."""
    shop, person = await provider.app("shop", metadata=ASKS_CONSENT), await provider.person()
    async with pages_at("consent", person, shop) as (page,):
        answers = await all_at_once([page] * 10, lambda page: page.submit(button="allow"))
        assert all(answer.at_app for answer in answers)
        assert len({answer.url for answer in answers}) == 1
        assert (await shop.exchange(answers[0].url)).claims["amr"] == ["pwd", "otp", "mfa"]
    assert await provider.services.database.fetchval("SELECT count(*) FROM grants") == 1
    assert await provider.events("sign_in_completed", "consent_given") == ["consent_given", "sign_in_completed"]


async def test_one_visit_completed_ten_times_at_once_begins_one_session(provider: Provider, browser: Browser) -> None:
    """Each of the ten arrives in the portal, in the same session."""
    person = await provider.person()
    page = await person.sign_in(await browser.open(provider.issuer.url("/account")), until="recovery-codes")
    answers = await all_at_once([page] * 10, lambda page: page.submit(saved=True))
    assert {answer.step for answer in answers} <= {"profile", "password"}
    assert (await browser.open(provider.issuer.url("/account"))).step == "profile"
    assert await provider.services.database.fetchval(LIVE_SESSIONS) == 1
    assert await provider.events("sign_in_completed") == ["sign_in_completed"]


async def test_cancelled_and_allowed_at_once_is_one_of_the_two(provider: Provider) -> None:
    """An Interaction is finished once: with a code, or with access_denied, for both tabs alike."""
    shop, person = await provider.app("shop", metadata=ASKS_CONSENT), await provider.person()
    async with pages_at("consent", person, shop) as (page,):
        allowed, denied = await asyncio.gather(page.submit(button="allow"), page.submit(button="deny"))
        assert allowed.at_app
        assert allowed.url == denied.url


@pytest.mark.parametrize("change", ["disable", "reset"])
async def test_a_silent_request_cannot_outrun_what_ends_everything(
    provider: Provider, browser: Browser, alice: Person, wiki: AuthlibClient, change: str
) -> None:
    """N-35: decided on the facts of before, stored after: then the grant must not be opened.

    A grant with offline_access would outlive both the session and the person's being disabled. The session was used a
    moment ago, so that no statement waits for its row.
    """
    database = provider.services.database
    assert "code" in (await browser.open(await wiki.authorization_url(prompt="none"))).params
    async with provider.unit() as unit:
        if change == "disable":
            await user_access.disable(unit, "alice")
        else:
            await user_access.reset_second_factor(unit, "alice", "phone lost")
        url = await wiki.authorization_url(prompt="none")
        silent = asyncio.create_task(browser.open(url))
        assert await held(database, silent)
    assert "error" in (await silent).params
    assert await database.fetchval(LIVE_GRANTS) == 0
    assert await database.fetchval(LIVE_SESSIONS) == 0


async def test_a_policy_change_under_way_is_not_outrun_once_it_is_committed(
    provider: Provider, browser: Browser, alice: Person
) -> None:
    """A-20: as long as the change is not committed the old rules hold, afterwards the new ones; never a mixture."""
    await provider.rule("server", "", Rule(level=None))
    shop, bob = await provider.app("shop"), await provider.person("bob")
    async with Browser() as other:
        assert (await bob.sign_in(await other.open(await shop.authorization_url()))).at_app
        urls = [await shop.authorization_url(prompt="none") for _ in range(10)]
        silent = [asyncio.create_task(other.tab().open(url)) for url in urls]
        async with provider.unit() as unit:
            await policy.set_rule(unit, "client", "shop", Rule(level=Level.TWO))
        answers = await asyncio.gather(*silent)
        assert all("code" in each.params or each.params["error"] == "interaction_required" for each in answers)
        late = await other.open(await shop.authorization_url(prompt="none"))
        assert late.params["error"] == "interaction_required"
        forced = await other.open(await shop.authorization_url())
        assert forced.step == "enrolment"


async def test_signing_out_beside_silent_requests_leaves_no_session(
    provider: Provider, browser: Browser, alice: Person
) -> None:
    """Whatever order: each request is answered, and after the sign-out the browser is nobody's."""
    shop = await provider.app("shop", scope="openid")
    leaving = await browser.tab().open(provider.issuer.url("/logout"))
    tabs = [browser.tab() for _ in range(10)]
    silent = [asyncio.create_task(tab.open(await shop.authorization_url(prompt="none"))) for tab in tabs]
    signed_out = await leaving.submit(button="sign_out")
    for answer in await asyncio.gather(*silent):
        assert "code" in answer.params or answer.params["error"] == "login_required"
    assert signed_out.step == "signed-out"
    assert (await browser.open(await shop.authorization_url(prompt="none"))).params["error"] == "login_required"
    assert await provider.services.database.fetchval(LIVE_SESSIONS) == 0
    last = await shop.authorization_url(prompt="none")
    assert (await browser.open(last)).params["error"] == "login_required"


async def test_a_changed_password_ends_the_sign_ins_that_rest_on_the_old_one(provider: Provider) -> None:
    """Who knew the temporary password and waited at the page for a new one does not get in behind the person."""
    await provider.rule("server", "", Rule(level=None))
    shop, alice = await provider.app("shop"), await provider.person(own=False, password="set by the help desk")
    thief = Person(username="alice", password="set by the help desk", clock=provider.clock)
    async with pages_at("new-password", thief, shop) as (waiting,), pages_at("new-password", alice, shop) as (page,):
        assert (await alice.sign_in(page)).at_app
        assert (await waiting.reload()).status == 410
        assert (await waiting.submit(new_password="mine from now on, they think")).status == 410


async def test_two_new_passwords_at_once_set_one(provider: Provider) -> None:
    """The second finds another version of the person; its Interaction is gone or has moved on."""
    await provider.rule("server", "", Rule(level=None))
    shop, alice = await provider.app("shop"), await provider.person(own=False)
    async with pages_at("new-password", alice, shop, 2) as pages:
        answers = await all_at_once(pages, lambda page: page.submit(new_password=f"the new one {page.url[-90:-40]}"))
    assert sum(answer.at_app for answer in answers) == 1
    assert len(await provider.events("password_changed")) == 1


async def test_this_was_not_me_beside_a_sign_in_that_completes(
    provider: Provider, browser: Browser, alice: Person
) -> None:
    """Whoever of the two is first: the session that reported stays, and nothing else lives on."""
    shop, database = await provider.app("shop", metadata=ASKS_CONSENT, scope=OFFLINE), provider.services.database
    page = await browser.open(provider.issuer.url("/account/activity/not-me"))
    async with pages_at("consent", alice, shop, 2) as waiting:
        thieves = asyncio.gather(*(each.submit(button="allow") for each in waiting))
        reported = await page.submit(button="Secure my account")
        await thieves
    assert reported.step == "new-password"
    assert await database.fetchval(LIVE_SESSIONS) == 1
    assert await database.fetchval(LIVE_GRANTS) == 0
    assert await provider.events("not_me_reported") == ["not_me_reported"]


async def test_signing_out_everywhere_else_twice_at_once_leaves_one_event_for_each_end(
    provider: Provider, browser: Browser, alice: Person, wiki: AuthlibClient
) -> None:
    """V16.3.3: a session ends once."""
    for _ in range(3):
        async with Browser() as other:
            assert (await alice.sign_in(await other.open(await wiki.authorization_url()))).at_app
        provider.clock.advance(minutes=1)
    page = await browser.open(provider.issuer.url("/account/sessions"))
    await all_at_once([page] * 5, lambda page: page.submit(button="Sign out everywhere else"))
    assert await provider.services.database.fetchval(LIVE_SESSIONS) == 1
    assert await provider.events("session_ended") == ["session_ended"] * 3
