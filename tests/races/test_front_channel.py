"""Implicit and hybrid answers asked for many times at once: one grant, one set of tokens, the same for all."""

from __future__ import annotations

import asyncio

import pytest

from idp.storage import sessions
from idp.values.ids import SessionId
from tests.drivers.browser_http import Browser
from tests.drivers.old_app import ALL_TYPES, LEGACY_TYPES, OldApp
from tests.drivers.outbox import entries, say
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.racing import all_at_once, held
from tests.drivers.scenes import SESSIONS, password_is_enough

GRANTS = "SELECT count(*) FROM grants"


async def at_consent(provider: Provider, browser: Browser, response_type: str) -> tuple[OldApp, Page]:
    """The last page of a sign-in that is answered by a form."""
    shop = await OldApp.registered(provider, response_type, first_party=False)
    alice = await provider.person()
    page = await browser.open(shop.url(response_type, response_mode="form_post"))
    return shop, await alice.sign_in(page, until="consent")


@pytest.mark.parametrize("response_type", LEGACY_TYPES)
async def test_completed_ten_times_at_once(provider: Provider, browser: Browser, response_type: str) -> None:
    """Double click: each request has signed tokens of its own, and those of the one that stored its grant leave."""
    shop, page = await at_consent(provider, browser, response_type)
    answers = await all_at_once([page] * 10, lambda page: page.submit(button="allow"))
    told = [shop.answer(answer, "form_post") for answer in answers]
    assert all(each == told[0] for each in told)
    assert await provider.services.database.fetchval(GRANTS) == 1
    assert await provider.events("sign_in_completed") == ["sign_in_completed"]
    if "access_token" in told[0]:
        assert (await shop.userinfo(told[0]["access_token"])).status_code == 200


@pytest.mark.parametrize("response_type", LEGACY_TYPES)
async def test_allowed_and_denied_at_once(provider: Provider, browser: Browser, response_type: str) -> None:
    """An Interaction ends once: with tokens or with access_denied, for both tabs alike."""
    shop, page = await at_consent(provider, browser, response_type)
    answers = await asyncio.gather(page.submit(button="allow"), page.submit(button="deny"))
    allowed, denied = (shop.answer(answer, "form_post") for answer in answers)
    assert allowed == denied
    grants = await provider.services.database.fetchval(GRANTS)
    assert grants == (0 if allowed.get("error") == "access_denied" else 1)


async def signed_in(provider: Provider, browser: Browser, response_type: str) -> tuple[OldApp, Person, SessionId]:
    """Alice is signed in to wiki; chat, which wants to hear of sign-outs, she has not opened yet."""
    await password_is_enough(provider)
    wiki, alice = await OldApp.registered(provider, response_type), await provider.person()
    assert (await alice.sign_in(await browser.open(wiki.url(response_type)))).at_app
    chat = await OldApp.registered(provider, response_type, client_id="chat")
    await say(provider.services, "chat", backchannel_logout_uri="https://app.example.org/told")
    (session,) = await provider.services.database.fetch(SESSIONS)
    return chat, alice, SessionId(session["id"])


@pytest.mark.parametrize("response_type", ALL_TYPES)
async def test_a_silent_request_beside_a_sign_out(provider: Provider, browser: Browser, response_type: str) -> None:
    """Decided on a session that ends meanwhile: no app gets a token that its end would not tell it of."""
    chat, _, session = await signed_in(provider, browser, response_type)
    async with provider.services.database.transaction() as leaving:
        await sessions.end(leaving, session, provider.clock(), [])
        silent = asyncio.create_task(browser.open(chat.url(response_type, prompt="none", response_mode="form_post")))
        assert await held(provider.services.database, silent)
    assert chat.answer(await silent, "form_post")["error"] == "login_required"


@pytest.mark.parametrize("response_type", ALL_TYPES)
async def test_a_password_beside_a_sign_out(provider: Provider, browser: Browser, response_type: str) -> None:
    """What was just proved is the beginning of another session, and the app hears when that one ends."""
    chat, alice, session = await signed_in(provider, browser, response_type)
    page = await browser.open(chat.url(response_type, prompt="login", response_mode="form_post"))
    async with provider.services.database.transaction() as leaving:
        await sessions.end(leaving, session, provider.clock(), [])
        proving = asyncio.create_task(page.submit(username="alice", password=alice.password))
        assert await held(provider.services.database, proving)
    assert "error" not in chat.answer(await proving, "form_post")
    assert await entries(provider.services) == []
    await (await browser.open(provider.issuer.url("/logout"))).submit(button="Sign out")
    (told,) = await entries(provider.services)
    assert (told["client_id"], told["session_id"] != session) == ("chat", True)
