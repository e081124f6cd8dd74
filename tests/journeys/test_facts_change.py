"""Facts that move under a sign-in: rules, people and clients change between question, decision and code."""

from __future__ import annotations

import pytest
from authlib.integrations.httpx_client import OAuthError

from idp.policy.rules import Target
from idp.storage.database import Database
from idp.usecases import clients, groups, managed_passwords, user_access
from idp.values.secrets import Password
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, disable, enrolled, exempt, password_is_enough, sign_in

UNHEARD = (
    "ALTER TABLE policy_rules DISABLE TRIGGER rule_changed",
    "UPDATE policy_rules SET demand = 'required', level = 2 WHERE target_kind = 'server'",
    "UPDATE policy_version SET version = version + 1",
)


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    """An app, where a password is enough until that changes."""
    await password_is_enough(provider)
    return await provider.app()


async def test_a_tightened_policy_meets_a_living_session(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """A-20: the next authorization steps up; a silent one is refused; refreshing below the level is invalid_grant."""
    alice = await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    await provider.rule("server", "", REQUIRED)
    page = await browser.open(await wiki.authorization_url(prompt="none"))
    assert page.params["error"] == "interaction_required"
    with pytest.raises(OAuthError) as caught:
        await wiki.refresh(tokens)
    assert caught.value.error == "invalid_grant"
    page = await sign_in(wiki, alice, browser)
    assert alice.steps == ["enrolment", "recovery-codes"]
    assert (await wiki.exchange(page.url)).claims["acr"] == "2fa"


@pytest.mark.parametrize("kind", ["server", "client", "group", "user"])
async def test_a_rule_at_any_place_counts_while_a_page_is_open(
    provider: Provider, browser: Browser, wiki: AuthlibClient, kind: Target
) -> None:
    """A-18: the strictest of all places, as of the moment of the code."""
    alice = await provider.person()
    async with provider.unit() as made:
        await groups.add(made, "staff")
        await groups.add_member(made, "staff", "alice")
    page = await browser.open(await wiki.authorization_url())
    await provider.rule(kind, {"server": "", "client": "wiki", "group": "staff", "user": "alice"}[kind], REQUIRED)
    page = await alice.sign_in(page)
    assert alice.steps == ["password", "enrolment", "recovery-codes"]


async def unheard(owner: Database) -> None:
    """The server's rule tightened, and no worker told: as in the moment before the notification arrives."""
    for statement in UNHEARD:
        await owner.execute(statement)


async def test_rules_that_this_worker_has_not_heard_of(
    provider: Provider, browser: Browser, wiki: AuthlibClient, owner: Database
) -> None:
    """docs/security-model.md, promise 1: nothing is inserted once the policy changed; then it is decided anew."""
    alice = await provider.person()
    page = await browser.open(await wiki.authorization_url())
    before = (await provider.services.configuration()).rules.version
    await unheard(owner)
    assert (await provider.services.configuration()).rules.version == before
    page = await page.submit(username="alice", password=alice.password)
    assert page.step == "enrolment"
    assert await provider.services.database.fetchval("SELECT count(*) FROM grants") == 0
    assert (await provider.services.configuration()).rules.version > before


async def test_a_silent_request_finds_the_new_rules_too(
    provider: Provider, browser: Browser, wiki: AuthlibClient, owner: Database
) -> None:
    """The same for the code of a silent request: no code below the level, however fresh the change."""
    alice = await provider.person()
    await sign_in(wiki, alice, browser)
    await unheard(owner)
    page = await browser.open(await wiki.authorization_url(prompt="none"))
    assert page.params["error"] == "interaction_required"


async def test_an_exemption_that_ends_while_a_page_is_open(provider: Provider, browser: Browser) -> None:
    """Dated."""
    wiki, alice = await provider.app(), await provider.person()
    await exempt(provider, alice, days=1)
    provider.clock.advance(hours=23, minutes=50)
    page = await browser.open(await wiki.authorization_url())
    provider.clock.advance(minutes=10)
    await alice.sign_in(page)
    assert alice.steps[:2] == ["password", "enrolment"]


async def test_a_person_switched_off_between_two_steps(provider: Provider, browser: Browser) -> None:
    """N-35, V7.4.2: the right code opens nothing; no session, no code."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    await disable(provider, alice)
    page = await page.submit(code=alice.app_code())
    assert page.step in {"error", "password"}
    assert "session" not in browser.cookies


async def test_a_person_switched_off_before_the_code_is_redeemed(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """O-20."""
    alice = await provider.person()
    page = await sign_in(wiki, alice, browser)
    await disable(provider, alice)
    with pytest.raises(OAuthError) as caught:
        await wiki.exchange(page.url)
    assert caught.value.error == "invalid_grant"


async def test_a_client_switched_off_between_two_steps(provider: Provider, browser: Browser) -> None:
    """O-02: its redirect is no longer trusted: a page, and no answer to it."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    grants = await provider.services.database.fetchval("SELECT count(*) FROM grants")
    async with provider.unit() as made:
        await clients.set_active(made, "wiki", active=False)
    page = await page.submit(code=alice.app_code())
    assert (page.step, page.at_app) == ("error", False)
    assert await provider.services.database.fetchval("SELECT count(*) FROM grants") == grants


async def test_a_second_factor_reset_between_two_steps(provider: Provider, browser: Browser) -> None:
    """O-29: the phone may be stolen; the sign-in under way is over, and the next one enrols anew."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    async with provider.unit() as made:
        done = await user_access.reset_second_factor(made, "alice", "phone lost")
    page = await page.submit(code=alice.app_code())
    assert page.step == "error"
    alice.enrolment_pass = str(done.given.text)
    await sign_in(wiki, alice, browser)
    assert alice.steps == ["password", "enrolment-pass", "enrolment", "recovery-codes"]


async def test_a_password_set_by_an_admin_between_two_steps(provider: Provider, browser: Browser) -> None:
    """The proof was made with the old one."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    new = Password("entirely other words now")
    hashed = await managed_passwords.judged(provider.services, "alice", new, provider.clock())
    async with provider.unit() as made:
        await managed_passwords.set_password(made, "alice", hashed, keep=True)
    page = await page.submit(code=alice.app_code())
    assert page.step == "error"


async def test_a_session_ended_by_an_admin_while_a_page_is_open(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """V7.4.5: what it vouched for is gone with it."""
    alice = await provider.person()
    await sign_in(wiki, alice, browser)
    page = await browser.open(await wiki.authorization_url(prompt="select_account"))
    await provider.services.database.execute("UPDATE browser_sessions SET ended_at = $1", provider.clock())
    page = await page.submit(button="Continue as alice")
    assert page.step == "password"
