"""Requests that meet at one row: what was decided before a change and stored after it."""

from __future__ import annotations

import asyncio

import pytest

from idp.usecases import managed_passwords, user_access
from idp.usecases.clients import Metadata
from idp.values.secrets import Password
from tests.drivers.browser_http import Browser
from tests.drivers.person import Person
from tests.drivers.provider import PASSWORD, Provider
from tests.drivers.racing import held, pages_at
from tests.drivers.scenes import enrolled, password_is_enough, sign_in

ASKS_CONSENT = Metadata(first_party=False)
LIVE_GRANTS = "SELECT count(*) FROM grants WHERE revoked_at IS NULL"
LIVE_SESSIONS = "SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL"
HOLD_PERSON = "SELECT id FROM users FOR SHARE"
ONE_MORE_GRANT = """
INSERT INTO grants (id, user_id, client_id, session_id, offline, scopes, proofs, acr, code_digest, code_expires_at,
    redirect_uri, redirect_uri_given, created_at, ends_at)
SELECT gen_random_uuid(), user_id, client_id, session_id, offline, scopes, proofs, acr, sha256(code_digest),
    code_expires_at, redirect_uri, redirect_uri_given, created_at, ends_at FROM grants
"""
ONE_MORE_SESSION = """
INSERT INTO browser_sessions (id, user_id, cookie, proofs, created_at, seen_at, expires_at)
SELECT gen_random_uuid(), user_id, sha256(cookie), proofs, created_at, seen_at, expires_at FROM browser_sessions
"""
ONE_MORE_BROWSER = "INSERT INTO known_browsers SELECT user_id, sha256(digest), expires_at FROM known_browsers"
COMPROMISED = "UPDATE passwords SET change_demanded = 'compromised'"


async def test_a_new_password_ends_what_was_stored_while_it_waited(provider: Provider, browser: Browser) -> None:
    """O-29: a sign-in that completes just before the change is committed ends with it, like any earlier one."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    database = provider.services.database
    await database.execute(COMPROMISED)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="new-password")
    async with database.transaction() as completing:
        await completing.execute(HOLD_PERSON)
        changing = asyncio.create_task(page.submit(new_password="a quiet row of herons"))
        assert await held(database, changing)
        for statement in (ONE_MORE_GRANT, ONE_MORE_SESSION, ONE_MORE_BROWSER):
            await completing.execute(statement)
    assert (await changing).at_app
    assert await database.fetchval(LIVE_GRANTS) == 1
    assert await database.fetchval(LIVE_SESSIONS) == 1
    assert await database.fetchval("SELECT count(*) FROM known_browsers") == 1


@pytest.mark.parametrize("change", ["disable", "reset", "password"])
async def test_a_password_only_sign_in_cannot_outrun_what_ends_everything(
    provider: Provider, browser: Browser, change: str
) -> None:
    """N-35: also where the person has no factor that a reset would take away."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(scope="openid offline_access"), await provider.person()
    await sign_in(wiki, alice, browser)
    database = provider.services.database
    hashed = await managed_passwords.judged(
        provider.services, "alice", Password("a quiet row of herons"), provider.clock()
    )
    async with provider.unit() as unit:
        match change:
            case "disable":
                await user_access.disable(unit, "alice")
            case "reset":
                await user_access.reset_second_factor(unit, "alice", "phone lost")
            case _:
                await managed_passwords.set_password(unit, "alice", hashed, keep=True)
        silent = asyncio.create_task(browser.open(await wiki.authorization_url(prompt="none")))
        assert await held(database, silent)
    assert "error" in (await silent).params
    assert await database.fetchval(LIVE_GRANTS) == 0
    assert await database.fetchval(LIVE_SESSIONS) == 0


@pytest.mark.parametrize("change", ["disable", "reset", "password"])
async def test_a_password_being_proved_meanwhile_ends_nowhere(
    provider: Provider, browser: Browser, change: str
) -> None:
    """N-35: settled while the change was not yet committed: no code, no session, no fault of ours."""
    await password_is_enough(provider)
    wiki = await provider.app(scope="openid offline_access")
    await provider.person()
    page = await browser.open(await wiki.authorization_url())
    database = provider.services.database
    hashed = await managed_passwords.judged(
        provider.services, "alice", Password("a quiet row of herons"), provider.clock()
    )
    async with provider.unit() as unit:
        match change:
            case "disable":
                await user_access.disable(unit, "alice")
            case "reset":
                await user_access.reset_second_factor(unit, "alice", "phone lost")
            case _:
                await managed_passwords.set_password(unit, "alice", hashed, keep=True)
        proving = asyncio.create_task(page.submit(username="alice", password=PASSWORD))
        await held(database, proving)
    answer = await proving
    assert answer.at_app is (change == "reset")  # nothing of the password changed: it counts, before or after
    assert answer.status < 500
    if change != "reset":
        assert await database.fetchval(LIVE_GRANTS) == 0
        assert await database.fetchval(LIVE_SESSIONS) == 0


async def test_a_sign_in_and_the_help_desk_do_not_wait_for_each_other(provider: Provider, browser: Browser) -> None:
    """Both lock the person first and the password then: PostgreSQL would undo one of two that wait crosswise."""
    await password_is_enough(provider)
    wiki, _ = await provider.app(), await provider.person()
    page = await browser.open(await wiki.authorization_url())
    database = provider.services.database
    async with database.transaction() as helping:
        await helping.execute("SELECT id FROM users FOR UPDATE")
        proving = asyncio.create_task(page.submit(username="alice", password=PASSWORD))
        assert await held(database, proving)
        await helping.execute(COMPROMISED)
    assert (await proving).step == "new-password"


async def test_not_you_beside_the_right_code_is_one_of_the_two(provider: Provider) -> None:
    """START_OVER against a settling code: signed in with both proofs, or at an empty beginning; never half of it."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    for _ in range(5):
        provider.clock.advance(minutes=1)
        async with pages_at("second-factor", alice, wiki) as (page,):
            code = alice.app_code()
            answers = await asyncio.gather(page.submit(code=code), page.submit(button="Not you?"))
            assert all(each.at_app or each.step in {"password", "finished"} for each in answers), answers
            last = await page.browser.tab().open(page.url)
            assert last.at_app or (last.step == "password" and "alice" not in last.text)


async def test_two_people_in_one_sign_in_at_once_do_not_mix(provider: Provider) -> None:
    """Two forms of one page, two names, the same moment: each answer is about one person, and so is every row."""
    wiki = await provider.app(metadata=ASKS_CONSENT)
    alice, bob = await enrolled(provider, wiki), await enrolled(provider, wiki, "bob")
    database = provider.services.database
    for _ in range(3):
        provider.clock.advance(minutes=1)
        async with Browser() as browser:
            page = await browser.open(await wiki.authorization_url())
            both = (page.submit(username=each.username, password=each.password) for each in (alice, bob))
            assert {each.step for each in await asyncio.gather(*both)} == {"second-factor"}
            page = await browser.open(page.url)
            name = await database.fetchval(
                "SELECT u.username FROM interactions i JOIN users u ON u.id = i.user_id WHERE i.finished_at IS NULL"
                " ORDER BY i.arrived_at DESC LIMIT 1"
            )
            assert name in page.text
            other: Person = bob if name == "alice" else alice
            refused = await page.submit(code=other.app_code())
            assert (refused.step, refused.at_app) == ("second-factor", False)
