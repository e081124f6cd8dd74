"""The Two-factor page of the portal: off, on, required; enable, replace, new codes, turn off."""

from __future__ import annotations

import pytest

from idp.policy.rules import Target
from idp.usecases import groups, user_access
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person, set_up_key
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, Counter, enrolled, events, password_is_enough, sign_in

APPS = "SELECT id FROM totp_authenticators"
SETS = "SELECT id FROM recovery_code_sets"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    await password_is_enough(provider)
    return await provider.app()


async def opened(provider: Provider, person: Person, browser: Browser) -> Page:
    page = await person.sign_in(await browser.open(provider.issuer.url("/account/two-factor")))
    assert page.step == "two-factor"
    provider.clock.advance(minutes=1)
    return page


async def with_factor(provider: Provider, wiki: AuthlibClient) -> Person:
    """Somebody with an app, half an hour ago, although nobody insists on it."""
    await provider.rule("server", "", REQUIRED)
    alice = await enrolled(provider, wiki)
    await password_is_enough(provider)
    return alice


async def test_enable_and_it_is_on(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Enable → password again → QR or key → code → recovery codes → done; the next sign-in asks for a code."""
    alice = await provider.person()
    page = await opened(provider, alice, browser)
    assert alice.steps == ["password"]
    assert "Add a second step. It takes 2 minutes." in page.text
    provider.clock.advance(minutes=11)
    page = await alice.sign_in(await page.submit(button="Enable"))
    assert alice.steps == ["password", "enrolment", "recovery-codes"]
    assert page.heading == "Two-factor is on"
    assert (await page.submit(button="Sign out my other browsers")).step == "sessions"
    page = await page.click("Done")
    assert "On since" in page.text
    assert "10 of your recovery codes are left." in page.text
    async with Browser() as elsewhere:
        provider.clock.advance(minutes=1)
        await sign_in(wiki, alice, elsewhere)
        assert alice.steps[:2] == ["password", "second-factor"]


async def test_nothing_says_that_it_is_on_where_it_is_off(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    await opened(provider, await provider.person(), browser)
    page = await browser.open(provider.issuer.url("/account/two-factor/done"))
    assert page.has("Enable")
    page = await browser.open(provider.issuer.url("/account/two-factor/off"))
    assert "It is off already." in page.text
    assert not page.has("Turn off")


async def test_enable_asks_for_no_password_that_was_just_given(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    page = await opened(provider, await provider.person(), browser)
    provider.clock.advance(minutes=9)
    page = await page.submit(button="Enable")
    assert page.step == "enrolment"
    assert "A second step keeps others out" in page.text


async def test_replace_the_app(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """The old one works until the new one is set up, and not a moment longer; the codes are new."""
    alice = await with_factor(provider, wiki)
    old_secret, old_codes = alice.secret, alice.recovery_codes
    page = await opened(provider, alice, browser)
    page = await (await page.click("Change")).submit(button="Replace app")
    assert page.step == "enrolment"
    assert "The app you have now stops working" in page.text
    assert set_up_key(page) != old_secret
    provider.clock.advance(minutes=1)
    page = await alice.sign_in(page)
    assert page.heading == "Two-factor is on"
    assert alice.secret != old_secret
    assert not set(alice.recovery_codes) & set(old_codes)
    assert len(await provider.services.database.fetch(APPS)) == 1
    assert [each["kind"] for each in await events(provider, "enrolment_confirmed")] == ["enrolment_confirmed"] * 2


async def test_a_lost_phone_is_replaced_with_a_recovery_code(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    alice = await with_factor(provider, wiki)
    alice.use_recovery_code = True
    page = await opened(provider, alice, browser)
    page = await alice.sign_in(await (await page.click("Change")).submit(button="Replace app"))
    assert page.heading == "Two-factor is on"


async def test_the_password_alone_replaces_no_app(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """N-26: from a session with both factors that has grown old, by somebody who knows the password alone."""
    alice = await with_factor(provider, wiki)
    page = await opened(provider, alice, browser)
    provider.clock.advance(minutes=11)
    page = await (await page.click("Change")).submit(button="Replace app")
    page = await page.submit(username="alice", password=alice.password)
    assert page.step == "second-factor"
    assert (await browser.open(page.url.replace("second-factor", "enrolment"))).step == "second-factor"


async def test_new_codes_void_the_old_ones(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """N-24."""
    alice = await with_factor(provider, wiki)
    old = alice.recovery_codes
    page = await opened(provider, alice, browser)
    page = await alice.sign_in(await page.submit(button="New recovery codes"))
    assert page.step == "two-factor"
    assert alice.steps == ["recovery-codes"]
    assert not set(old) & set(alice.recovery_codes)
    assert len(await provider.services.database.fetch(SETS)) == 1
    async with Browser() as elsewhere:
        provider.clock.advance(minutes=1)
        page = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="second-factor")
        page = await page.click("Use a recovery code")
        assert (await page.submit(recovery_code=old[0])).alerts
        assert not (await page.submit(recovery_code=alice.recovery_codes[0])).alerts


async def test_new_codes_are_not_made_before_the_code(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """N-24: the old ones stand as long as both factors have not been proved."""
    alice = await with_factor(provider, wiki)
    page = await opened(provider, alice, browser)
    before = await provider.services.database.fetch(SETS)
    provider.clock.advance(minutes=11)
    page = await page.submit(button="New recovery codes")
    page = await page.submit(username="alice", password=alice.password)
    assert (await browser.open(page.url.replace("second-factor", "recovery-codes"))).step == "second-factor"
    assert await provider.services.database.fetch(SETS) == before


async def test_turn_it_off(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """With a code of just now, after what is lost was said."""
    alice = await with_factor(provider, wiki)
    page = await opened(provider, alice, browser)
    provider.clock.advance(minutes=6)
    page = await page.click("Turn off two-factor sign-in")
    page = await alice.sign_in(page)
    assert alice.steps == ["password", "second-factor"]
    assert "stop working" in page.text
    page = await page.submit(button="Turn off")
    assert page.step == "two-factor"
    assert page.has("Enable")
    assert len(await events(provider, "second_factor_turned_off")) == 1
    assert await provider.services.database.fetch(SETS) == []
    async with Browser() as elsewhere:
        await sign_in(wiki, alice, elsewhere)
        assert alice.steps[0] == "password"
        assert "second-factor" not in alice.steps


async def test_a_form_that_waited_too_long_asks_again_and_changes_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    alice = await with_factor(provider, wiki)
    page = await opened(provider, alice, browser)
    page = await page.click("Turn off two-factor sign-in")
    provider.clock.advance(minutes=6)
    page = await page.submit(button="Turn off")
    assert page.step == "password"
    assert len(await provider.services.database.fetch(APPS)) == 1
    assert (await alice.sign_in(page)).step == "two-factor-off"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (("server", ""), "asks everyone for two-factor sign-in."),
        (("group", "admins"), "Required, because you are in admins."),
        (("user", "alice"), "Required for your account."),
    ],
)
async def test_what_policy_requires_cannot_be_turned_off(
    provider: Provider, browser: Browser, wiki: AuthlibClient, place: tuple[Target, str], words: str
) -> None:
    """Neither by the page, which says why, nor by an old form of it."""
    alice = await with_factor(provider, wiki)
    page = await opened(provider, alice, browser)
    form = await page.click("Turn off two-factor sign-in")
    if place[0] == "group":
        async with provider.unit() as made:
            await groups.add(made, "admins")
            await groups.add_member(made, "admins", "alice")
    await provider.rule(*place, REQUIRED)
    page = await page.reload()
    assert words in page.text
    assert not page.has("Turn off two-factor sign-in")
    assert (await form.submit(button="Turn off")).step == "two-factor"
    assert len(await provider.services.database.fetch(APPS)) == 1
    assert words in (await form.reload()).text


async def test_an_admin_has_reset_it(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """The page says so and since when, until it is on again."""
    alice = await with_factor(provider, wiki)
    async with provider.unit() as made:
        await user_access.reset_second_factor(made, "alice", "lost phone")
    page = await opened(provider, alice, browser)
    assert "Reset by an admin on" in page.text
    assert page.has("Enable")


async def test_the_page_is_three_statements_at_most(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    for person in (await provider.person("bob"), await with_factor(provider, wiki)):
        async with Browser() as here:
            page = await opened(provider, person, here)
            with Counter(provider=provider) as sent:
                await page.reload()
            assert sent.statements <= 3
