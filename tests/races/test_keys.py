"""One answer of a key many times at once, and two tabs: each challenge is answered once, nobody is called a thief."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.drivers.browser_http import Browser
from tests.drivers.keys import answered, key_for, options_of, shown, with_key
from tests.drivers.provider import Provider
from tests.drivers.racing import all_at_once, pages_at
from tests.drivers.soft_key import Odd

TIMES = 12
KEY = "SELECT sign_count, state FROM webauthn_credentials"


async def test_one_answer_twelve_times_at_once_is_one_proof(provider: Provider) -> None:
    """WebAuthn 6.1.1, 7.2: as second factor. The counter is stored once; the late ones pass with the first."""
    wiki, key = await provider.app(), key_for(provider)
    alice = await with_key(provider, wiki, key)
    async with pages_at("security-key", alice, wiki) as (page,):
        text = key.get(options_of(page))
        answers = await all_at_once([page] * TIMES, lambda page: answered(page, text))
    assert {answer.at_app for answer in answers} == {True}
    assert len({answer.params["code"] for answer in answers}) == 1
    assert len(await provider.events("factor_proved")) == 2  # one was at the set-up
    assert await provider.events("key_copied") == []
    row = await provider.services.database.fetchrow(KEY)
    assert row is not None
    assert (row["sign_count"], row["state"]) == (key.credentials[0].count, "confirmed")


async def test_one_passkey_answer_twelve_times_at_once_is_one_sign_in(provider: Provider) -> None:
    """The same of a passkey that does not count, alone."""
    wiki, key = await provider.app(), key_for(provider, synced=True, counts=False)
    await with_key(provider, wiki, key)
    async with Browser() as browser:
        page = await browser.open(await wiki.authorization_url())
        text = key.get(options_of(page))
        answers = await all_at_once([page] * TIMES, lambda page: answered(page, text))
    assert {answer.at_app for answer in answers} == {True}
    assert len({answer.params["code"] for answer in answers}) == 1
    assert len(await provider.events("passkey_proved")) == 1
    assert await provider.events("passkey_refused", "key_copied") == []


async def test_one_answer_in_the_sign_ins_of_twelve_browsers_opens_one(provider: Provider) -> None:
    """A challenge belongs to its Interaction."""
    wiki, key = await provider.app(), key_for(provider)
    alice = await with_key(provider, wiki, key)
    async with pages_at("security-key", alice, wiki, TIMES) as pages:
        text = key.get(options_of(pages[0]))
        answers = await all_at_once(pages, lambda page: answered(page, text))
    assert [answer.at_app for answer in answers].count(True) == 1
    assert len(await provider.events("factor_proved")) == 2
    assert await provider.events("key_copied") == []


async def test_two_tabs_with_an_answer_each(provider: Provider) -> None:
    """Of one Interaction, made one after the other: both end at the app, and the key is nobody's copy."""
    wiki, key = await provider.app(), key_for(provider)
    alice = await with_key(provider, wiki, key)
    async with pages_at("security-key", alice, wiki) as (page,):
        texts = [key.get(options_of(page)) for _ in range(2)]
        for attempt in texts, texts[::-1]:
            answers = await asyncio.gather(*(answered(page, text) for text in attempt))
            assert {answer.at_app for answer in answers} == {True}
    assert await provider.events("key_copied") == []


async def test_a_copy_found_twelve_times_at_once_is_told_once(provider: Provider) -> None:
    """One event, one suspension; every try is counted."""
    wiki, key = await provider.app(), key_for(provider)
    await with_key(provider, wiki, key)
    async with Browser() as browser:
        page = await browser.open(await wiki.authorization_url())
        await all_at_once([page] * 5, lambda page: shown(page, key, Odd(count=1)))
    assert len(await provider.events("key_copied")) == 1
    row = await provider.services.database.fetchrow(KEY)
    assert row is not None
    assert row["state"] == "suspended"
    reasons = await provider.services.database.fetch(
        "SELECT details ->> 'reason' AS reason FROM security_events WHERE kind = 'passkey_refused'"
    )
    found = Counter(row["reason"] for row in reasons)
    assert found.total() == 5
    assert found.keys() <= {"counter_went_back", "suspended", "wrong_challenge", "answered_meanwhile"}


async def test_fifty_wrong_answers_at_once_are_ten_tries(provider: Provider) -> None:
    """N-14: counted before they are looked at."""
    wiki, key = await provider.app(), key_for(provider)
    alice = await with_key(provider, wiki, key)
    async with pages_at("security-key", alice, wiki) as (page,):
        await all_at_once([page] * 50, lambda page: answered(page, "x"))
    reasons = await provider.services.database.fetch(
        "SELECT details ->> 'reason' AS reason FROM security_events WHERE kind = 'factor_refused'"
    )
    assert Counter(row["reason"] for row in reasons) == {"bad_shape": 10, "paused": 40}
    failures = "SELECT failures FROM throttles WHERE method = 'key'"
    assert await provider.services.database.fetchval(failures) == 10
