"""Implicit and hybrid answers asked for many times at once: one grant, one set of tokens, the same for all."""

from __future__ import annotations

import asyncio

import pytest

from tests.drivers.browser_http import Browser
from tests.drivers.old_app import LEGACY_TYPES, OldApp
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.racing import all_at_once

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
