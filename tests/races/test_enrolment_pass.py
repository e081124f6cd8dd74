"""One enrolment pass in several sign-ins at once: one factor; many guesses at once: each counts."""

from __future__ import annotations

import asyncio
from collections import Counter

import pyotp
import pytest

from idp.authenticators.methods import Level
from idp.policy.rules import Rule
from idp.usecases import passes
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.person import Person, set_up_key
from tests.drivers.provider import Provider
from tests.drivers.racing import all_at_once, held, pages_at

REFUSED = "SELECT details ->> 'reason' AS reason FROM security_events WHERE kind = 'enrolment_pass_refused'"
HEAD_START_SECONDS = 0.2
NOBODYS = "2222-2222-2222-2222-2222-2222"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    """A first factor needs a pass."""
    await provider.rule("server", "", Rule(level=Level.TWO, enrolment_pass=True))
    return await provider.app()


@pytest.fixture
async def alice(provider: Provider) -> Person:
    """With a pass, and nothing else beside the password."""
    person = await provider.person()
    async with provider.unit() as made:
        person.enrolment_pass = str((await passes.make(made, "alice", passes.PRINTED)).text)
    return person


async def test_a_pass_shown_in_two_sign_ins_binds_one_app(
    provider: Provider, wiki: AuthlibClient, alice: Person
) -> None:
    """Both are at the set-up, both codes are right at the same moment."""
    database = provider.services.database
    async with pages_at("enrolment", alice, wiki, 2) as pages:
        codes = [pyotp.TOTP(set_up_key(page)).at(provider.clock()) for page in pages]
        async with database.transaction() as holding:
            await holding.execute("SELECT id FROM interactions FOR UPDATE")
            sending = zip(pages, codes, strict=True)
            confirming = [asyncio.create_task(page.submit(code=code)) for page, code in sending]
            assert await held(database, *confirming)
        answers = await asyncio.gather(*confirming)
    assert sorted(answer.step for answer in answers) == ["recovery-codes", "second-factor"]
    assert await database.fetchval("SELECT count(*) FROM totp_authenticators") == 1
    assert await database.fetchval("SELECT count(*) FROM enrolment_passes") == 0
    assert await provider.events("enrolment_confirmed") == ["enrolment_confirmed"]


async def test_a_pass_shown_nine_times_at_once_is_right_each_time(
    provider: Provider, wiki: AuthlibClient, alice: Person
) -> None:
    """It is spent by the factor, so a double click is no error; nothing is counted as wrong."""
    async with pages_at("enrolment-pass", alice, wiki) as (page,):
        answers = await all_at_once([page] * 9, lambda page: page.submit(enrolment_pass=alice.enrolment_pass))
    assert {answer.step for answer in answers} == {"enrolment"}
    assert await provider.services.database.fetchval("SELECT count(*) FROM throttles") == 0


async def test_of_fifty_guesses_at_once_ten_are_looked_at(
    provider: Provider, wiki: AuthlibClient, alice: Person
) -> None:
    """N-14: with the tenth the pause begins, however they arrive."""
    async with pages_at("enrolment-pass", alice, wiki) as (page,):
        await all_at_once([page] * 50, lambda page: page.submit(enrolment_pass=NOBODYS))
        counted = Counter(row["reason"] for row in await provider.services.database.fetch(REFUSED))
        assert counted == {"wrong": 10, "paused": 40}
        assert (await page.submit(enrolment_pass=alice.enrolment_pass)).step == "paused"


async def test_a_pass_made_anew_while_the_old_one_is_shown(
    provider: Provider, wiki: AuthlibClient, alice: Person
) -> None:
    """The old one was right when it was looked at, and lets nothing in afterwards.

    The showing is held at its Interaction, and what makes the new one waits for it.
    """
    database = provider.services.database

    async def anew() -> None:
        async with provider.unit() as made:
            await passes.make(made, "alice", passes.PRINTED)

    async with pages_at("enrolment-pass", alice, wiki) as (page,):
        async with database.transaction() as holding:
            await holding.execute("SELECT id FROM interactions FOR UPDATE")
            showing = asyncio.create_task(page.submit(enrolment_pass=alice.enrolment_pass))
            assert await held(database, showing)
            making = asyncio.create_task(anew())
            await asyncio.sleep(HEAD_START_SECONDS)
        await asyncio.gather(showing, making)
        assert (await page.reload()).step == "enrolment-pass"
