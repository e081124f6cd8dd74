"""Grace: a rule may leave time; until its end setting up is offered and may be put off, from then on it is forced."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idp.authenticators.methods import Level
from idp.policy.rules import Grace, Rule
from idp.usecases import user_access
from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, details, password_is_enough, sign_in

WEEK = Rule(level=Level.TWO, grace=Grace(days=7))
MET = "SELECT count(*) FROM rule_applications"


def starting(provider: Provider, minutes: int) -> Rule:
    """Required from an instant on."""
    return Rule(level=Level.TWO, grace=Grace(starts_at=provider.clock() + timedelta(minutes=minutes)))


async def offered(app: AuthlibClient, person: Person, browser: Browser, **asked: str) -> Page:
    """As far as the set-up page."""
    page = await person.sign_in(await browser.open(await app.authorization_url(**asked)), until="enrolment")
    assert page.step == "enrolment", page
    return page


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    await provider.rule("server", "", WEEK)
    return await provider.app()


async def test_it_may_be_put_off_and_the_tokens_tell_the_truth(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """One factor; the event says why it was enough, and until when."""
    alice = await provider.person()
    page = await offered(wiki, alice, browser)
    end = provider.clock() + timedelta(days=7)
    day = f"{end.day} {end:%B %Y}"
    assert f"Skip for now (until {day})" in page.text
    page = await page.submit(button="skip")
    assert page.at_app, page
    tokens = await wiki.exchange(page.url)
    assert (tokens.claims["acr"], tokens.claims["amr"]) == ("1fa", ["pwd"])
    (put_off,) = await details(provider, "enrolment_put_off")
    (completed,) = await details(provider, "sign_in_completed")
    assert completed["waiver"] == "grace"
    assert completed["waived_until"] == put_off["until"]


async def test_after_its_end_it_is_forced(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """The days run from the first time, whatever happens in between."""
    alice = await provider.person()
    await (await offered(wiki, alice, browser)).submit(button="skip")
    provider.clock.advance(days=6, hours=23, minutes=50)
    async with Browser() as later:
        page = await offered(wiki, alice, later)
        assert "Skip for now" in page.text
        provider.clock.advance(minutes=9)
        assert (await page.submit(button="skip")).at_app
    provider.clock.advance(minutes=2)
    async with Browser() as late:
        page = await offered(wiki, alice, late)
        assert "Skip for now" not in page.text
        page = await page.submit(answer="skip") if page.has("Skip for now") else await page.reload()
        assert page.step == "enrolment"
        assert (await alice.sign_in(page)).at_app


async def test_a_page_left_open_past_the_end_puts_nothing_off(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """The button is still there; the time is not."""
    alice = await provider.person()
    await provider.rule("server", "", starting(provider, minutes=5))
    page = await offered(wiki, alice, browser)
    provider.clock.advance(minutes=5)
    page = await page.submit(button="skip")
    assert page.step == "enrolment"
    assert "Skip for now" not in page.text
    assert await provider.events("enrolment_put_off") == []


async def test_an_answer_that_was_given_in_time_opens_nothing_afterwards(provider: Provider, browser: Browser) -> None:
    """Put off, then the consent page waits beyond the end."""
    notes = await provider.app("notes", metadata=Metadata(first_party=False))
    alice = await provider.person()
    await provider.rule("server", "", starting(provider, minutes=5))
    page = await (await offered(notes, alice, browser)).submit(button="skip")
    assert page.step == "consent"
    provider.clock.advance(minutes=5)
    assert (await page.submit(button="allow")).step == "enrolment"


async def test_who_sets_it_up_at_once_is_asked_from_then_on(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """An enrolled factor is always asked; a reset by an admin leaves no time again."""
    alice = await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    assert tokens.claims["acr"] == "2fa"
    async with provider.unit() as made:
        done = await user_access.reset_second_factor(made, alice.username, "lost the phone")
    alice.enrolment_pass = str(done.given.text)
    async with Browser() as other:
        assert "Skip for now" not in (await offered(wiki, alice, other)).text


async def test_single_sign_on_and_silence_follow_the_rule(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """In time nobody is asked again in the same session; afterwards it needs a page."""
    alice = await provider.person()
    soon = starting(provider, minutes=30)
    await provider.rule("server", "", soon)
    await (await offered(wiki, alice, browser)).submit(button="skip")
    provider.clock.advance(minutes=20)
    assert "code" in (await browser.open(await wiki.authorization_url(prompt="none"))).params
    assert (await browser.open(await wiki.authorization_url())).at_app
    provider.clock.advance(minutes=10)
    silent = await browser.open(await wiki.authorization_url(prompt="none"))
    assert silent.params["error"] == "interaction_required"
    assert (await browser.open(await wiki.authorization_url())).step == "enrolment"


async def test_refresh_follows_the_rule(provider: Provider, browser: Browser) -> None:
    """A rule that leaves days begins with the first refresh that it applies to, and ends what it must."""
    await password_is_enough(provider)
    wiki = await provider.app(scope="openid offline_access")
    alice = await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    await provider.rule("server", "", WEEK)
    assert await provider.services.database.fetchval(MET) == 0
    refreshed = await wiki.refresh(tokens)
    assert refreshed.claims["acr"] == "1fa"
    assert await provider.services.database.fetchval(MET) == 1
    provider.clock.advance(days=7, seconds=-1)
    await wiki.refresh(tokens)
    provider.clock.advance(seconds=1)
    with pytest.raises(Exception, match="invalid_grant"):
        await wiki.refresh(tokens)


async def test_neither_the_apps_own_rule_nor_its_request_waits(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """The server's grace is the server's."""
    bank, alice = await provider.app("bank"), await provider.person()
    await provider.rule("client", "bank", REQUIRED)
    assert "Skip for now" not in (await offered(bank, alice, browser)).text
    async with Browser() as other:
        assert "Skip for now" not in (await offered(wiki, alice, other, acr_values="2fa")).text


async def test_a_password_too_short_to_stand_alone_is_changed_once_setting_up_is_put_off(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """Not before: with a second factor it is long enough."""
    alice = await provider.person(password="twelve chars")
    page = await (await offered(wiki, alice, browser)).submit(button="skip")
    assert page.step == "new-password"
    assert (await alice.sign_in(page)).at_app


async def test_a_rule_set_again_is_met_anew_and_one_with_another_date_is_not(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """Its first application goes with the rule."""
    alice = await provider.person()
    await offered(wiki, alice, browser)
    assert await provider.services.database.fetchval(MET) == 1
    await provider.rule("server", "", Rule(level=Level.TWO, grace=Grace(days=14)))
    assert await provider.services.database.fetchval(MET) == 1
    await provider.rule("server", "", Rule(level=None))
    assert await provider.services.database.fetchval(MET) == 0
