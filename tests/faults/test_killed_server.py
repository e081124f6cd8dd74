"""kill -9 between any two steps of a sign-in, and in the middle of one: the person goes on, and nothing is doubled."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from idp.usecases.clients import Metadata
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.faults.conftest import Worker

CODE_SETS = "SELECT count(*) FROM recovery_code_sets"
APPS = "SELECT count(*) FROM totp_authenticators"
GRANTS = "SELECT count(*) FROM grants"


async def test_a_first_sign_in_survives_a_kill_between_any_two_steps(worker: Worker, beside: Provider) -> None:
    """Password, set-up, recovery codes, consent, the way back, the code: each by another process."""
    shop, alice = await beside.app("shop", metadata=Metadata(first_party=False)), await beside.person()
    async with Browser() as browser:
        page = await browser.open(await shop.authorization_url())
        passed = []
        while not page.at_app:
            worker.kill()
            passed.append(page.step)
            page = await alice.answer(page)
            assert not page.alerts, page
        worker.kill()
        tokens = await shop.exchange(page.url)
    assert passed == ["password", "enrolment", "recovery-codes", "consent"]
    assert tokens.claims["amr"] == ["pwd", "otp", "mfa"]
    counted = [await beside.services.database.fetchval(each) for each in (APPS, CODE_SETS, GRANTS)]
    assert counted == [1, 1, 1]
    worker.kill()
    assert (await shop.userinfo(tokens))["sub"] == tokens.claims["sub"]
    assert await beside.events("sign_in_completed", "enrolment_confirmed", "consent_given") == [
        "enrolment_confirmed",
        "consent_given",
        "sign_in_completed",
    ]


@pytest.mark.parametrize("after", [0.0, 0.01, 0.04])
async def test_a_kill_in_the_middle_of_an_answer_doubles_nothing(
    worker: Worker, beside: Provider, after: float
) -> None:
    """Whatever of it was committed stays; what was not is asked again; the person only reloads."""
    shop, alice = await beside.app("shop"), await beside.person()
    async with Browser() as browser:
        page = await browser.open(await shop.authorization_url())
        while not page.at_app:
            page = await _cut_short(worker, alice, page, after)
        first = await shop.exchange(page.url)
    assert first.claims["amr"] == ["pwd", "otp", "mfa"]
    counted = [await beside.services.database.fetchval(each) for each in (APPS, CODE_SETS, GRANTS)]
    assert counted == [1, 1, 1]


async def _cut_short(worker: Worker, person: Person, page: Page, after: float) -> Page:
    answering = asyncio.create_task(person.answer(page))
    await asyncio.sleep(after)
    worker.kill()
    try:
        return await answering
    except httpx2.TransportError:
        shown = await page.browser.tab().open(page.url)
        # Cut short once is enough: the second try is let through, unless the first was stored and the step passed.
        return await person.answer(shown) if shown.step == page.step else shown
