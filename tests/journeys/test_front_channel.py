"""Tokens through the browser leave once both steps have passed, for the browser that passed them, by no other path."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from idp.oidc.response_type import ResponseMode
from idp.storage.database import Database
from idp.usecases import browser_sessions, user_access
from idp.values.ids import ClientId
from tests.drivers.browser_http import Browser
from tests.drivers.old_app import ALL_TYPES, LEGACY_TYPES, OldApp, members
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.racing import held
from tests.drivers.scenes import password_is_enough
from tests.journeys.test_facts_change import unheard

MODES: Sequence[ResponseMode] = ("fragment", "form_post")
GRANTS = "SELECT count(*) FROM grants"


def says_nothing(wiki: OldApp, page: Page) -> bool:
    """Neither the page nor any on the way there holds anything for the app."""
    shown = [page, *page.trail]
    texts = "".join(each.html + each.url + each.headers.get("location", "") for each in shown)
    answers = [members(each, wiki.registration.redirect_uri) for each in shown]
    told = any(any(answer.values()) for answer in answers)
    return not told and "id_token=" not in texts and "access_token=" not in texts


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("response_type", LEGACY_TYPES)
async def test_nothing_leaves_before_the_last_step(
    provider: Provider, browser: Browser, response_type: str, mode: ResponseMode
) -> None:
    """By decision 17: after each page of a first sign-in but the last, asked for by any address of that sign-in."""
    wiki = await OldApp.registered(provider, response_type, first_party=False)
    alice = await provider.person()
    page = await browser.open(wiki.url(response_type, response_mode=mode))
    met = []
    while page.status == 200 and page.step != "returning" and not page.at_app:
        met.append(page.step)
        assert says_nothing(wiki, page)
        base = page.url.partition("/interaction/")[2].partition("/")[0]
        for tail in ("", "/begin", "/consent", "/recovery-codes"):
            assert says_nothing(wiki, await browser.tab().open(provider.issuer.url(f"/interaction/{base}{tail}")))
        assert await provider.services.database.fetchval(GRANTS) == 0
        page = await alice.answer(page)
    assert met == ["password", "enrolment", "recovery-codes", "consent"]
    assert wiki.answer(page, mode)


async def wait_at(wiki: OldApp, browser: Browser, person: Person, response_type: str, **changes: str) -> Page:
    """The last page of a sign-in where a password is enough."""
    page = await browser.open(wiki.url(response_type, **changes))
    assert page.step == "password"
    return page


@pytest.mark.parametrize("response_type", ALL_TYPES)
async def test_refresh_and_back_give_the_same_answer(provider: Provider, browser: Browser, response_type: str) -> None:
    """As a code's: the same browser, the same answer, for 60 seconds; then «You are signed in»."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    page = await wait_at(wiki, browser, alice, response_type, response_mode="form_post")
    first = await page.submit(username="alice", password=alice.password)
    answer = wiki.answer(first, "form_post")
    again = await page.submit(username="alice", password=alice.password)  # Refresh of the answer to the POST
    assert wiki.answer(again, "form_post") == answer
    back = await browser.open(page.url)
    assert wiki.answer(back, "form_post") == answer
    async with Browser() as thief:
        assert says_nothing(wiki, await thief.open(page.url))
    provider.clock.advance(seconds=59)
    assert wiki.answer(await browser.open(page.url), "form_post") == answer
    provider.clock.advance(seconds=2)
    late = await browser.open(page.url)
    assert late.step == "finished"
    assert says_nothing(wiki, late)


@pytest.mark.parametrize("response_type", ["code", "code id_token", "code token", "code id_token token"])
async def test_a_redeemed_code_is_not_given_again(provider: Provider, browser: Browser, response_type: str) -> None:
    """Nor the tokens that left beside it."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    page = await wait_at(wiki, browser, alice, response_type, response_mode="form_post")
    answer = wiki.answer(await page.submit(username="alice", password=alice.password), "form_post")
    await wiki.exchange(answer)
    back = await browser.open(page.url)
    assert back.step == "finished"
    assert says_nothing(wiki, back)


@pytest.mark.parametrize("response_type", LEGACY_TYPES)
async def test_after_signing_out_back_gives_nothing(provider: Provider, browser: Browser, response_type: str) -> None:
    """A shared computer: the next person presses Back within the minute."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    page = await wait_at(wiki, browser, alice, response_type, response_mode="form_post")
    await page.submit(username="alice", password=alice.password)
    await (await browser.open(provider.issuer.url("/logout"))).submit(button="Sign out")
    assert says_nothing(wiki, await browser.open(page.url))


@pytest.mark.parametrize("response_type", ALL_TYPES)
@pytest.mark.parametrize("how", ["switched off", "session ended", "reset"])
async def test_what_has_ended_is_not_given_again(
    provider: Provider, browser: Browser, response_type: str, how: str
) -> None:
    """N-35, V7.4.2: an admin acts within the minute, and the same browser asks once more."""
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    page = await browser.open(wiki.url(response_type, response_mode="form_post"))
    page = await alice.sign_in(page, until="recovery-codes")
    assert wiki.answer(await alice.answer(page), "form_post")
    async with provider.unit() as unit:
        if how == "switched off":
            await user_access.disable(unit, "alice")
        elif how == "reset":
            await user_access.reset_second_factor(unit, "alice", "phone lost")
        else:
            await browser_sessions.end_all(unit, "alice")
    again = await browser.open(page.url)
    assert again.step == "error"
    assert says_nothing(wiki, again)


@pytest.mark.parametrize("response_type", ALL_TYPES)
@pytest.mark.parametrize("uri", ["http://127.0.0.1:5151/cb", "org.example.app:/cb"])
async def test_a_secret_keeps_no_program_from_tokens(
    provider: Provider, browser: Browser, response_type: str, uri: str
) -> None:
    """RFC 8252 8.6, O-14: an app on the person's machine proves itself for a code alone; else the person is asked."""
    await password_is_enough(provider)
    tool = await OldApp.registered(
        provider, response_type, first_party=False, application_type="native", redirect_uris=(uri,)
    )
    alice = await provider.person()
    assert (await alice.sign_in(await browser.open(tool.url(response_type, redirect_uri=uri)))).at_app
    silent = await browser.open(tool.url(response_type, redirect_uri=uri.replace(":5151", ":4000"), prompt="none"))
    assert ("error=consent_required" in silent.url) is (response_type != "code")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("response_type", LEGACY_TYPES)
async def test_rules_that_this_worker_has_not_heard_of(
    provider: Provider, browser: Browser, owner: Database, response_type: str, mode: ResponseMode
) -> None:
    """docs/security-model.md, promise 1: what was signed before the statement found the change never leaves."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    waiting = await wait_at(wiki, browser, alice, response_type, response_mode=mode)
    signed_in = browser.tab()
    assert (await alice.sign_in(await signed_in.open(wiki.url(response_type)))).at_app
    grants = await provider.services.database.fetchval(GRANTS)
    await unheard(owner)
    silent = await signed_in.open(wiki.url(response_type, prompt="none", response_mode=mode))
    assert wiki.answer(silent, mode)["error"] == "interaction_required"
    page = await waiting.submit(username="alice", password=alice.password)
    assert page.step == "enrolment"
    assert says_nothing(wiki, page)
    assert await provider.services.database.fetchval(GRANTS) == grants


@pytest.mark.parametrize("response_type", ALL_TYPES)
async def test_a_client_that_this_worker_has_not_heard_the_end_of(
    provider: Provider, browser: Browser, owner: Database, response_type: str
) -> None:
    """Disabled a moment ago: nothing is answered any more, though the worker still remembers it as active."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    waiting = await wait_at(wiki, browser, alice, response_type)
    signed_in = browser.tab()
    assert (await alice.sign_in(await signed_in.open(wiki.url(response_type)))).at_app
    grants = await provider.services.database.fetchval(GRANTS)
    await owner.execute("ALTER TABLE clients DISABLE TRIGGER announce")
    await owner.execute("UPDATE clients SET status = 'disabled'")
    known = await provider.services.client(ClientId(wiki.registration.client_id))
    assert known is not None
    assert known.active
    for page in (
        await waiting.submit(username="alice", password=alice.password),
        await signed_in.open(wiki.url(response_type, prompt="none")),
    ):
        assert page.step == "error"
        assert says_nothing(wiki, page)
    assert await provider.services.database.fetchval(GRANTS) == grants


@pytest.mark.parametrize("response_type", LEGACY_TYPES)
async def test_a_silent_request_cannot_outrun_what_ends_everything(
    provider: Provider, browser: Browser, response_type: str
) -> None:
    """N-35: decided on the facts of before, stored after: the tokens made in between are dropped."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    await alice.sign_in(await browser.open(wiki.url(response_type)))
    await browser.open(wiki.url(response_type, prompt="none"))
    async with provider.unit() as unit:
        await user_access.disable(unit, "alice")
        silent = asyncio.create_task(browser.open(wiki.url(response_type, prompt="none")))
        assert await held(provider.services.database, silent)
    assert set(wiki.answer(await silent, "fragment")) == {"error", "error_description"}
