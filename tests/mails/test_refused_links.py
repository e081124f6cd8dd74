"""Mailed links that do nothing, whatever they were for: one source may open so many, and one that works still does."""

from __future__ import annotations

import pytest

from tests.drivers.browser_http import Browser
from tests.drivers.mailbox import Mailbox
from tests.drivers.outbox import send_due
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, events, password_is_enough

PLACES = ("/reset-password", "/secure-account", "/account/email/confirm")


@pytest.mark.parametrize("place", PLACES)
async def test_a_source_opens_thirty_an_hour(provider: Provider, browser: Browser, box: Mailbox, place: str) -> None:
    """V16.3.2: that it was too many is recorded once; nothing of what comes after is."""
    await password_is_enough(provider)
    alice = await provider.person()
    await alice.sign_in(await browser.open(provider.issuer.url("/account")))
    dead = [provider.issuer.url(f"{place}?token={number:043}") for number in range(33)]
    statuses = [(await browser.open(link)).status for link in dead]
    assert statuses == [410] * 30 + [429] * 3
    assert int(browser.page.headers["Retry-After"]) == 3600
    assert len(await events(provider, "link_refused")) == 30
    assert await details(provider, "source_limited") == [{"failures": 30}]
    await send_due(provider.services)
    link = next(mail.links[-1] for mail in box.mails if "/secure-account?" in mail.links[-1])
    assert (await browser.open(link)).step == "secure-account"
    provider.clock.advance(minutes=61)
    await alice.sign_in(await browser.open(provider.issuer.url("/account")))
    assert (await browser.open(dead[0])).status == 410


async def test_a_form_is_counted_alike(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """The button of a page whose link died meanwhile."""
    await password_is_enough(provider)
    alice = await provider.person()
    await alice.sign_in(await browser.open(provider.issuer.url("/account")))
    await send_due(provider.services)
    page = await browser.open(box.mails[0].links[-1])
    provider.clock.advance(days=8)
    statuses = [(await page.submit()).status for _ in range(31)]
    assert statuses == [410] * 30 + [429]
