"""What was typed into a form of the portal is there again after the person had to prove anew who they are."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from idp.web.portal import PortalPage
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import PASSWORD, Provider
from tests.drivers.scenes import Counter, enrolled, events

NEW = "seven quiet herons over the lake"
BACK = "You have confirmed that it is you."
FORMS = "SELECT sealed_form, form_of FROM interactions WHERE visit ? 'form_kept'"


@pytest.fixture
async def alice(provider: Provider) -> Person:
    wiki: AuthlibClient = await provider.app()
    return await enrolled(provider, wiki)


async def sent_after(provider: Provider, alice: Person, browser: Browser, minutes: int) -> Page:
    """The password form with its box unticked, sent so much later than its person signed in."""
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account/password")))
    assert page.step == "own-password"
    assert not page.has(BACK)
    provider.clock.advance(minutes=minutes)
    return await page.submit(password=PASSWORD, new_password=NEW, sign_out_others=False)


def ticked(page: Page) -> bool:
    return "checked" in page.fields["sign_out_others"].attrs


@pytest.mark.parametrize("minutes", [11, 61])
async def test_the_same_form_comes_back_as_it_was_but_for_secrets(
    provider: Provider, browser: Browser, alice: Person, minutes: int
) -> None:
    """V7.5.1: proofs too old, or a session that had slept: what was chosen stays, what was secret does not."""
    page = await alice.sign_in(await sent_after(provider, alice, browser, minutes))
    assert (page.step, urlsplit(page.url).path) == ("own-password", "/account/password")
    assert not ticked(page)
    assert BACK in page.text
    assert not page.fields["password"].value
    assert not page.fields["new_password"].value
    assert await events(provider, "password_changed") == []
    page = await page.reload()
    assert not ticked(page)
    page = await page.submit(password=PASSWORD, new_password=NEW, sign_out_others=False)
    assert page.heading == "Your password is changed"


async def test_what_waits_is_sealed_and_holds_no_secret(provider: Provider, browser: Browser, alice: Person) -> None:
    await sent_after(provider, alice, browser, 11)
    (row,) = await provider.services.database.fetch(FORMS)
    assert row["form_of"] is not None
    for text in (PASSWORD, NEW, "sign_out_others"):
        assert text.encode() not in row["sealed_form"]


async def test_nobody_else_is_shown_it(provider: Provider, browser: Browser, alice: Person) -> None:
    """Another person in the same browser, the same person in another one, or a guess."""
    bob = await provider.person("bob")
    page = await alice.sign_in(await sent_after(provider, alice, browser, 11))
    kept = page.url
    async with Browser() as elsewhere:
        other = await alice.sign_in(await elsewhere.open(kept))
        assert (other.step, BACK in other.text) == ("own-password", False)
    for nonsense in (str(uuid4()), "nonsense", ""):
        other = await browser.open(provider.issuer.url(f"/account/password?kept={nonsense}"))
        assert (other.step, BACK in other.text) == ("own-password", False)
    other = await browser.open(kept.replace("/password", "/sessions"))
    assert (other.step, BACK in other.text) == ("sessions", False)
    browser.forget_cookies("session")
    other = await bob.sign_in(await browser.open(kept))
    assert (other.step, BACK in other.text) == ("own-password", False)


async def test_who_takes_over_in_between_is_not_shown_it(provider: Provider, browser: Browser, alice: Person) -> None:
    bob = await provider.person("bob")
    page = await bob.sign_in(await sent_after(provider, alice, browser, 61))
    assert "bob" in page.text
    assert (page.step, BACK in page.text, ticked(page)) == ("own-password", False, True)


async def test_nothing_is_kept_for_a_browser_that_was_signed_out(
    provider: Provider, browser: Browser, alice: Person
) -> None:
    """Whoever sends that form may be anybody."""
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account/password")))
    tab = browser.tab()
    await (await tab.open(provider.issuer.url("/logout"))).submit(button="Sign out")
    page = await page.submit(password=PASSWORD, new_password=NEW, sign_out_others=False)
    assert page.step != "own-password"
    assert await provider.services.database.fetch("SELECT FROM interactions WHERE sealed_form IS NOT NULL") == []


async def test_it_is_gone_after_half_an_hour(provider: Provider, browser: Browser, alice: Person) -> None:
    page = await alice.sign_in(await sent_after(provider, alice, browser, 11))
    kept = page.url
    provider.clock.advance(minutes=31)
    await alice.sign_in(await page.reload())
    page = await browser.open(kept)
    assert (page.step, BACK in page.text, ticked(page)) == ("own-password", False, True)


async def test_coming_back_costs_one_round_trip_more(provider: Provider, browser: Browser, alice: Person) -> None:
    page = await alice.sign_in(await sent_after(provider, alice, browser, 11))
    with Counter(provider=provider) as sent:
        await page.reload()
    assert sent.statements == 2


def test_no_page_keeps_a_secret() -> None:
    with pytest.raises(ValueError, match="never kept"):
        PortalPage(path="/account/password", keeps=frozenset({"code"}))
