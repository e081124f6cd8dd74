"""Guessing stops, and locking a victim out does not work: the numbers of decision 5 (N-12 to N-16)."""

from __future__ import annotations

import pytest

from idp.usecases import user_access
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import THROTTLES, details, enrolled, password_is_enough, sign_in

PAUSES = {10: 15, 15: 30, 20: 60, 25: 60, 30: 60}


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    """An app, where a password is enough."""
    await password_is_enough(provider)
    return await provider.app()


async def guess(app: AuthlibClient, browser: Browser, username: str, times: int) -> Page:
    """That many wrong passwords in a fresh sign-in."""
    page = await browser.open(await app.authorization_url())
    for number in range(times):
        page = await page.submit(username=username, password=f"wrong {number}")
        assert page.step == "password"
    return page


async def guess_code(app: AuthlibClient, person: Person, browser: Browser, times: int) -> Page:
    """That many wrong codes in a fresh sign-in."""
    page = await person.sign_in(await browser.open(await app.authorization_url()), until="second-factor")
    for _ in range(times):
        page = await page.submit(code="000000")
    return page


async def test_nine_in_a_row_and_then_the_right_one(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Failures 1 to 9: no wait; a success takes the counter away."""
    alice = await provider.person()
    page = await guess(wiki, browser, "alice", 9)
    assert "do not match" in page.alerts[0]
    assert (await page.submit(username="alice", password=alice.password)).at_app
    assert await provider.services.database.fetch(THROTTLES) == []


@pytest.mark.parametrize("username", ["alice", "nobody at all"])
async def test_the_pauses_grow(provider: Provider, browser: Browser, wiki: AuthlibClient, username: str) -> None:
    """10th: 15 min, 15th: 30, 20th: 60, and 60 for each five more; a name that nobody has is paused alike (V6.3.8)."""
    alice = await provider.person()
    failures = 0
    for until, minutes in PAUSES.items():
        page = await guess(wiki, browser, username, until - failures)
        failures = until
        span = "1 hour" if minutes == 60 else f"{minutes} minutes"
        assert f"(in {span})" in page.alerts[0]
        page = await page.submit(username=username, password=alice.password)
        assert "Too many tries" in page.alerts[0]
        provider.clock.advance(minutes=minutes)
    assert [each["failures"] for each in await details(provider, "throttle_paused")] == list(PAUSES)
    refused = [each["reason"] for each in await details(provider, "password_refused")]
    assert refused.count("paused") == len(PAUSES)


async def test_a_pause_ends_to_the_second(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Until then the right password is not even looked at, from any browser; afterwards it is."""
    alice = await provider.person()
    await guess(wiki, browser, "alice", 10)
    provider.clock.advance(minutes=14, seconds=59)
    async with Browser() as other:
        page = await other.open(await wiki.authorization_url())
        page = await page.submit(username="alice", password=alice.password)
        assert "(in 1 second)" in page.alerts[0]
        provider.clock.advance(seconds=1)
        assert not (await page.reload()).alerts
        assert (await page.submit(username="alice", password=alice.password)).at_app


@pytest.mark.parametrize(
    "spellings",
    [
        ["alice", "ALICE", " alice ", "Alice@Example.org", "\uff41lice"],
        ["nobody", "NOBODY", " nobody ", "\uff4eobody"],
        ["nobody@example.org", "Nobody@EXAMPLE.org"],
    ],
)
async def test_all_spellings_share_one_counter(
    provider: Provider, browser: Browser, wiki: AuthlibClient, spellings: list[str]
) -> None:
    """One throttle for all spellings."""
    await provider.person()
    for spelling in spellings:
        await guess(wiki, browser, spelling, 1)
    (row,) = await provider.services.database.fetch(THROTTLES)
    assert row["failures"] == len(spellings)
    assert b"nobody" not in row["subject"]


async def test_new_browsers_and_challenges_change_nothing(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """N-13: the count is the account's, over browsers, sign-ins and apps."""
    await provider.person()
    chat = await provider.app("chat")
    for app in (wiki, chat) * 5:
        async with Browser() as other:
            await guess(app, other, "alice", 1)
    page = await guess(wiki, browser, "alice", 1)
    assert "Too many tries" in page.alerts[0]


async def test_a_known_browser_has_a_counter_of_its_own(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """Decision 5: locking a victim out does not work; the cookie survives sign-out, and grants nothing else."""
    alice = await provider.person()
    await sign_in(wiki, alice, browser)
    page = await browser.open(provider.issuer.url("/logout"))
    await page.submit(button="Sign out")
    async with Browser() as attacker:
        await guess(wiki, attacker, "alice", 10)
    page = await guess(wiki, browser, "alice", 1)
    assert "do not match" in page.alerts[0]
    assert (await page.submit(username="alice", password=alice.password)).at_app
    assert await provider.services.database.fetch(THROTTLES) == []  # a success from a known one opens for all


async def test_a_success_elsewhere_leaves_the_known_counter(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """N-16: a success resets only its own."""
    alice = await provider.person()
    await sign_in(wiki, alice, browser)
    await guess(wiki, browser, "alice", 0)
    page = await browser.open(await wiki.authorization_url(prompt="login"))
    await page.submit(username="alice", password="wrong")
    async with Browser() as other:
        await guess(wiki, other, "alice", 2)
        await sign_in(wiki, alice, other)
    rows = await provider.services.database.fetch(THROTTLES)
    assert [(row["known_browser"], row["failures"]) for row in rows] == [(True, 1)]


async def test_a_browser_known_to_one_is_unknown_to_another(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """A digest per account."""
    alice, _ = await provider.person(), await provider.person("bob")
    await sign_in(wiki, alice, browser)
    page = await browser.open(await wiki.authorization_url(prompt="login"))
    await page.submit(username="bob", password="wrong")
    (row,) = await provider.services.database.fetch(THROTTLES)
    assert row["known_browser"] is False


async def test_a_hundred_failures_close_the_password_to_unknown_browsers(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """N-12: on try 101 the right one fails, for good; a success from a known browser, or an admin, opens it."""
    alice = await provider.person()
    await sign_in(wiki, alice, browser)
    async with Browser() as attacker:
        page = await guess(wiki, attacker, "alice", 10)
        for _ in range(18):
            provider.clock.advance(minutes=61)
            page = await guess(wiki, attacker, "alice", 5)
        assert "switched off" in page.alerts[0]
        page = await attacker.open(await wiki.authorization_url())
        page = await page.submit(username="alice", password=alice.password)
        assert "switched off" in page.alerts[0]
        assert [each["failures"] for each in await details(provider, "authenticator_disabled")] == [100]
        assert (await details(provider, "password_refused"))[-1]["reason"] == "closed"
        await sign_in(wiki, alice, browser)
        page = await attacker.open(await wiki.authorization_url())
        assert (await page.submit(username="alice", password=alice.password)).at_app


async def test_wrong_codes_pause_the_app_and_not_the_recovery_codes(provider: Provider, browser: Browser) -> None:
    """The last three tries are counted down; the pause page says until when, why, and what still works."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await guess_code(wiki, alice, browser, 1)
    assert page.alerts[0].endswith("That code did not match. Wait for the next one, then type it.")
    page = await page.submit(code="000000")
    assert "Our clock says" in page.alerts[0]
    for _ in range(4):
        page = await page.submit(code="000000")
    assert "left before" not in page.alerts[0]
    for left in ("3 tries", "2 tries", "1 try"):
        page = await page.submit(code="000000")
        assert f"{left} left before a 15-minute pause." in page.alerts[0]
    page = await page.submit(code="000000")
    assert page.step == "paused"
    assert "too many wrong codes" in page.text
    assert "15 minutes" in page.text
    assert page.has("Cancel and return to wiki")
    page = await page.click("Use a recovery code")
    page = await page.submit(recovery_code=alice.recovery_codes.pop())
    assert page.step == "recovery-used"
    (row,) = await provider.services.database.fetch(THROTTLES)
    assert (row["method"], row["failures"]) == ("otp", 10)


async def test_a_paused_code_is_not_looked_at(provider: Provider, browser: Browser) -> None:
    """N-15: the right code during the pause opens nothing and is not burnt; afterwards it counts."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await guess_code(wiki, alice, browser, 9)
    form = page
    page = await page.submit(code="000000")
    assert page.step == "paused"
    page = await form.submit(code=alice.app_code())
    assert page.step == "paused"
    provider.clock.advance(minutes=15)
    page = await page.reload()
    assert page.step == "second-factor"
    assert (await alice.answer(page)).at_app


async def test_wrong_recovery_codes_pause_those_alone(provider: Provider, browser: Browser) -> None:
    """N-23: the same throttle, a counter of its own."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    page = await page.click("Use a recovery code")
    for left in (None, None, None, None, None, None, 3, 2, 1):
        page = await page.submit(recovery_code="aaaa-bbbb-cccc-dddd")
        assert "not one of your codes" in page.alerts[0]
        assert ("left before a 15-minute pause" in page.alerts[0]) is (left is not None)
    page = await page.submit(recovery_code="aaaa-bbbb-cccc-dddd")
    assert page.step == "paused"
    page = await alice.answer(await page.click("Use your authenticator app"))
    assert page.at_app


async def test_a_hundred_wrong_codes_disable_the_app_until_it_is_reset(provider: Provider, browser: Browser) -> None:
    """N-12: state is the database's; a recovery code still opens, and setting the app up anew re-binds."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    for failures in (10, *[5] * 18):
        page = await guess_code(wiki, alice, browser, failures)
        provider.clock.advance(minutes=61)
    page = await guess_code(wiki, alice, browser, 0)
    page = await page.submit(code=alice.app_code())
    assert page.step in {"paused", "second-factor"}
    assert "switched off" in page.text
    page = await page.click("Use a recovery code")
    page = await page.submit(recovery_code=alice.recovery_codes.pop())
    page = await alice.sign_in(await page.submit(button="Set up my app again"))
    assert page.at_app
    provider.clock.advance(minutes=2)
    async with Browser() as other:
        assert (await sign_in(wiki, alice, other)).at_app
        assert alice.steps == ["password", "second-factor"]


async def test_unlocking_opens_everything(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """`idp user unlock`."""
    alice = await provider.person()
    page = await guess(wiki, browser, "alice", 10)
    async with provider.unit() as made:
        await user_access.unlock(made, "alice")
    assert (await page.submit(username="alice", password=alice.password)).at_app


async def test_shapes_that_can_be_no_code_count_as_no_try(provider: Provider, browser: Browser) -> None:
    """An empty field, five digits, a recovery code: told, never counted."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await guess_code(wiki, alice, browser, 0)
    for typed in ("", "12345", "abcdef", "k7pm-x2dq-9w4t-c8hn") * 4:
        page = await page.submit(code=typed)
    assert await provider.services.database.fetch(THROTTLES) == []
    assert (await alice.answer(page)).at_app


async def test_nothing_typed_counts_as_no_try(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """The words for each field; no hash, no counter, no event."""
    page = await browser.open(await wiki.authorization_url())
    page = await page.submit(username=" ", password="x")
    assert "Enter your username or email" in page.alerts[0]
    page = await page.submit(username="alice", password="")
    assert "Enter your password" in page.alerts[0]
    assert page.fields["username"].value == "alice"
    assert "password_refused" not in await provider.events()
