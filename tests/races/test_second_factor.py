"""One code of one person, in many sign-ins at once; many guesses at once: each counts, and each secret counts once."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person, set_up_key
from tests.drivers.provider import Provider
from tests.drivers.racing import all_at_once, held, pages_at

TIMES = 20
REFUSED = "SELECT details ->> 'reason' AS reason FROM security_events WHERE kind = $1"
COUNTS = "SELECT failures FROM throttles WHERE method = $1"


@pytest.fixture
async def alice(provider: Provider) -> Person:
    """With an authenticator app and ten recovery codes, no browser signed in."""
    setting_up, person = await provider.app("setting-up"), await provider.person()
    async with Browser() as once:
        await person.sign_in(await once.open(await setting_up.authorization_url()))
    provider.clock.advance(minutes=1)
    return person


async def refusals(provider: Provider, kind: str) -> Counter[str]:
    return Counter([row["reason"] for row in await provider.services.database.fetch(REFUSED, kind)])


async def test_one_app_code_in_twenty_sign_ins_opens_one(provider: Provider, alice: Person) -> None:
    """N-18, T-04: the time step is burnt by whoever comes first."""
    async with pages_at("second-factor", alice, await provider.app(), TIMES) as pages:
        code = alice.app_code()
        answers = await all_at_once(pages, lambda page: page.submit(code=code))
    assert sum(answer.at_app for answer in answers) == 1
    assert len(await provider.events("factor_proved")) == 1
    assert (await refusals(provider, "factor_refused")).keys() <= {"replayed", "paused"}


async def test_one_recovery_code_in_twenty_sign_ins_opens_one(provider: Provider, alice: Person) -> None:
    """N-23: spent by whoever comes first, refused to all the others."""
    async with pages_at("second-factor", alice, await provider.app(), TIMES) as pages:
        recovery = [await page.click("Use a recovery code") for page in pages]
        answers = await all_at_once(recovery, lambda page: page.submit(recovery_code=alice.recovery_codes[0]))
    assert Counter(answer.step for answer in answers)["recovery-used"] == 1
    used = "SELECT count(*) FROM recovery_codes WHERE used_at IS NOT NULL"
    assert await provider.services.database.fetchval(used) == 1
    assert len(await provider.events("recovery_code_used")) == 1


async def test_of_fifty_wrong_codes_with_three_tries_left_three_are_looked_at(
    provider: Provider, alice: Person
) -> None:
    """N-14, SP 800-63B 3.2.2: an attempt is counted before its code is compared."""
    async with pages_at("second-factor", alice, await provider.app()) as (page,):
        code = _of_another_year(alice)
        for _ in range(7):
            assert (await page.submit(code=code)).step == "second-factor"
        assert await refusals(provider, "factor_refused") == {"wrong": 7}
        await all_at_once([page] * 50, lambda page: page.submit(code=code))
        assert await refusals(provider, "factor_refused") == {"wrong": 10, "paused": 47}
        assert await provider.services.database.fetchval(COUNTS, "otp") == 10
        assert (await page.submit(code=alice.app_code())).step == "paused"


async def test_fifty_wrong_passwords_at_once_are_ten_attempts(provider: Provider, browser: Browser) -> None:
    """N-13, N-14: however many connections guess, the tenth failure pauses the account's password."""
    wiki, alice = await provider.app(), await provider.person()
    page = await browser.open(await wiki.authorization_url())
    await all_at_once([page] * 50, lambda page: page.submit(username="alice", password="not the password at all"))
    assert await refusals(provider, "password_refused") == {"wrong": 10, "paused": 40}
    assert await provider.services.database.fetchval(COUNTS, "pwd") == 10
    refused = await page.submit(username="alice", password=alice.password)
    assert refused.step == "password"
    assert refused.alerts


async def test_two_enrolments_of_one_person_bind_one_app(provider: Provider) -> None:
    """T-13: two browsers, two secrets, both codes right at the same moment: one app, one set of codes, no failure.

    Both statements are held at their Interactions until each has seen the person without an app.
    """
    wiki, alice = await provider.app(), await provider.person()
    database = provider.services.database
    async with pages_at("enrolment", alice, wiki, 2) as pages:
        assert set_up_key(pages[0]) != set_up_key(pages[1])
        async with database.transaction() as holding:
            await holding.execute("SELECT id FROM interactions FOR UPDATE")
            confirming = [asyncio.create_task(page.submit(code=_code_of(alice, page))) for page in pages]
            assert await held(database, *confirming)
        answers = await asyncio.gather(*confirming)
    assert sorted(answer.step for answer in answers) == ["recovery-codes", "second-factor"]
    assert await database.fetchval("SELECT count(*) FROM totp_authenticators") == 1
    assert await database.fetchval("SELECT count(*) FROM recovery_code_sets") == 1
    assert await database.fetchval("SELECT count(*) FROM recovery_codes") == 10
    assert len(await provider.events("enrolment_confirmed")) == 1


async def test_one_enrolment_confirmed_five_times_at_once_binds_one_app(provider: Provider) -> None:
    """A double click, and worse: the same page, the same code."""
    wiki, alice = await provider.app(), await provider.person()
    async with pages_at("enrolment", alice, wiki) as (page,):
        code = _code_of(alice, page)
        answers = await all_at_once([page] * 5, lambda page: page.submit(code=code))
    assert {answer.step for answer in answers} == {"recovery-codes"}
    assert len({answer.codes for answer in answers}) == 1
    assert len(await provider.events("enrolment_confirmed")) == 1


async def test_what_is_ticked_as_saved_is_the_set_on_show(provider: Provider) -> None:
    """Who ticks «saved» under a set that another browser has replaced has saved nothing, and is shown a new one."""
    wiki, alice = await provider.app(), await provider.person()
    async with pages_at("recovery-codes", alice, wiki, 1) as (first,):
        provider.clock.advance(minutes=1)
        async with pages_at("recovery-codes", alice, wiki, 1) as (second,):
            assert first.codes != second.codes
            again = await first.submit(saved=True)
            assert again.step == "recovery-codes"
            assert not set(again.codes) & {*first.codes, *second.codes}


def _of_another_year(person: Person) -> str:
    past = Person(username="", password="", clock=lambda: person.clock().replace(year=2001), secret=person.secret)
    return past.app_code()


def _code_of(person: Person, page: Page) -> str:
    phone = Person(username=person.username, password=person.password, clock=person.clock, secret=set_up_key(page))
    return phone.app_code()
