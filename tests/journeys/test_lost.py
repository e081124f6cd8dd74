"""No second factor at hand and no code left: whom to ask, and a number by which they find the sign-in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from idp.usecases import help_wanted, user_access
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import configure, details, enrolled, sign_in

NUMBER = re.compile(r"\b\d{3} \d{3} \d{3}\b")


@pytest.fixture
async def known(provider: Provider) -> tuple[AuthlibClient, Person]:
    """alice, with an app and ten codes."""
    wiki = await provider.app()
    return wiki, await enrolled(provider, wiki)


async def lost(known: tuple[AuthlibClient, Person], browser: Browser) -> Page:
    """By way of the page for recovery codes."""
    wiki, alice = known
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    page = await (await page.click("Use a recovery code")).click("I have no codes left")
    assert page.step == "lost", page
    return page


def number_on(page: Page) -> str:
    """As it is read out."""
    (number,) = NUMBER.findall(page.text)
    return str(number)


async def test_the_page_says_whom_to_ask(
    provider: Provider, browser: Browser, known: tuple[AuthlibClient, Person]
) -> None:
    """Whom, and what not to be asked for; and what there still is leads back."""
    await configure(provider, "support_contact", "help@example.org")
    page = await lost(known, browser)
    assert "Ask help@example.org to reset your two-factor. They will check it is you." in page.text
    assert "will ask for your password or codes" in page.text
    assert (await page.click("Use your authenticator app")).step == "second-factor"
    assert (await page.click("Use a recovery code")).step == "recovery"


async def test_the_page_of_app_codes_leads_there_too(browser: Browser, known: tuple[AuthlibClient, Person]) -> None:
    wiki, alice = known
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    assert (await page.click("I have none of these")).step == "lost"


async def test_the_number_leads_to_the_sign_in(
    provider: Provider, browser: Browser, known: tuple[AuthlibClient, Person]
) -> None:
    """The same after a refresh, recorded once; another sign-in has another."""
    page = await lost(known, browser)
    number = number_on(page)
    provider.clock.advance(minutes=1)
    assert number_on(await page.reload()) == number
    (event,) = await details(provider, "help_wanted")
    assert event == {"reference": number.replace(" ", "")}
    (found,) = await help_wanted.find(provider.services, number)
    assert (found.username, found.client, found.address) == ("alice", "wiki", "127.0.0.1")
    assert found.at == provider.clock() - timedelta(minutes=1)
    assert found.browser
    async with Browser() as other:
        assert number_on(await lost(known, other)) != number


async def test_from_the_portal_as_well(
    provider: Provider, browser: Browser, known: tuple[AuthlibClient, Person]
) -> None:
    """A visit is a sign-in of the same kind."""
    _, alice = known
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account")), until="second-factor")
    page = await page.click("I have none of these")
    (found,) = await help_wanted.find(provider.services, number_on(page))
    assert (found.username, found.client) == ("alice", "account")


async def test_without_the_password_there_is_no_such_page(
    provider: Provider, browser: Browser, known: tuple[AuthlibClient, Person]
) -> None:
    """So it tells nobody whether there is such an account, and records nothing."""
    wiki, _ = known
    page = await browser.open(await wiki.authorization_url())
    assert (await browser.open(page.url.replace("/password", "/lost"))).step == "password"
    assert await details(provider, "help_wanted") == []


async def test_the_number_opens_nothing_and_a_post_leads_on(
    browser: Browser, known: tuple[AuthlibClient, Person]
) -> None:
    """It has no form of its own."""
    page = await lost(known, browser)
    token = next(each for form in page.forms for each in form.fields if each.name == "csrf").value
    posted = await browser.go("POST", page.url, initiator=page.initiator, pairs=[("csrf", token)])
    assert posted.step == "lost"


async def test_the_whole_way_back_in(provider: Provider, browser: Browser, known: tuple[AuthlibClient, Person]) -> None:
    """N-30, V6.4.3: password and the pass that the help desk gave; the old app and the old codes are dead."""
    wiki, alice = known
    old_secret, old_codes = alice.secret, list(alice.recovery_codes)
    (found,) = await help_wanted.find(provider.services, number_on(await lost(known, browser)))
    async with provider.unit() as made:
        done = await user_access.reset_second_factor(made, found.username, "seen in person")
    async with Browser() as other:
        alice.enrolment_pass = str(done.given.text)
        page = await sign_in(wiki, alice, other)
    assert (await wiki.exchange(page.url)).claims["amr"] == ["pwd", "otp", "mfa"]
    assert alice.steps == ["password", "enrolment-pass", "enrolment", "recovery-codes"]
    assert alice.secret != old_secret
    assert not set(old_codes) & set(alice.recovery_codes)
