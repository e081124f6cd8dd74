"""Browser sessions: their cookies, who holds them, and how one person follows another in the same browser."""

from __future__ import annotations

import re
from http.cookiejar import Cookie

import pytest
from authlib.integrations.httpx_client import OAuthError

from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import SESSIONS, details, enrolled, events, password_is_enough, sign_in


def cookies_set(page: Page) -> dict[str, str]:
    """Every Set-Cookie on the way to this page, by the cookie's name."""
    lines = [line for each in (*page.trail, page) for line in each.headers.get_list("set-cookie")]
    return {line.partition("=")[0]: line for line in lines}


async def test_the_three_cookies_and_their_attributes(provider: Provider, browser: Browser) -> None:
    """N-38: HttpOnly, Path=/, SameSite=Lax, no Domain; only `known` outlives the browser, for 180 days."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    first = await browser.open(await wiki.authorization_url())
    set_before = cookies_set(first)
    assert set(set_before) == {"browser"}
    set_after = cookies_set(await alice.sign_in(first))
    assert set(set_after) == {"session", "known"}
    for line in (*set_before.values(), *set_after.values()):
        assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(line.split("; "))
        assert "Domain" not in line
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", browser.cookies["session"])  # N-37: 256 bits
    assert "Max-Age=15552000" in set_after["known"]
    assert "Max-Age" not in set_after["session"] + set_before["browser"]


async def test_the_database_holds_digests_only(provider: Provider, browser: Browser) -> None:
    """Digests stored; `sid` is neither the cookie nor its digest (O-60)."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    claims = (await wiki.exchange((await sign_in(wiki, alice, browser)).url)).claims
    (row,) = await provider.services.database.fetch(SESSIONS)
    assert str(row["id"]) == claims["sid"]
    assert browser.cookies["session"].encode() not in row["cookie"]
    assert len(row["cookie"]) == 32


async def test_no_session_before_all_proofs(provider: Provider, browser: Browser) -> None:
    """N-37: made after authentication; nothing the browser brought becomes a session."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    planted = "A" * 43
    browser.client.cookies.set("session", planted, domain="localhost.local", path="/")
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    count = "SELECT count(*) FROM browser_sessions WHERE cookie <> '' AND created_at = $1"
    assert await provider.services.database.fetchval(count, provider.clock()) == 0
    page = await alice.sign_in(page)
    assert page.at_app
    sent = cookies_set(page)["session"]
    assert planted not in sent


async def test_another_person_takes_the_browser_over(provider: Provider, browser: Browser) -> None:
    """The first session ends, session and browser cookies are new, and nothing of the first person stays."""
    await password_is_enough(provider)
    wiki = await provider.app(scope="openid profile")
    alice, bob = await provider.person(), await provider.person("bob")
    first = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    kept = dict(browser.cookies)
    provider.clock.advance(minutes=5)
    other_tab = await browser.tab().open(await wiki.authorization_url(prompt="login"))
    page = await browser.open(await wiki.authorization_url(prompt="select_account"))
    page = await bob.sign_in(await page.submit(button="Use another account"))
    second = await wiki.exchange(page.url)
    assert second.claims["sub"] != first.claims["sub"]
    assert second.claims["sid"] != first.claims["sid"]
    assert browser.cookies["session"] != kept["session"]
    assert browser.cookies["browser"] != kept["browser"]
    assert (await other_tab.reload()).step == "error"  # bound to the browser as it was
    with pytest.raises(OAuthError):
        await wiki.refresh(first)
    ended = [row["ended_at"] is not None for row in await provider.services.database.fetch(SESSIONS)]
    assert ended == [True, False]
    (event,) = await events(provider, "session_ended")
    assert event["details"]["reason"] == "other_person"
    assert event["user_id"] == await _user(provider, "alice")


async def _user(provider: Provider, name: str) -> object:
    return await provider.services.database.fetchval("SELECT id FROM users WHERE username = $1", name)


async def test_the_old_cookie_of_a_browser_taken_over_is_dead(provider: Provider, browser: Browser) -> None:
    """V7.4.1: alice's cookie, kept by somebody, opens nothing after bob signed in."""
    await password_is_enough(provider)
    wiki, alice, bob = await provider.app(), await provider.person(), await provider.person("bob")
    await sign_in(wiki, alice, browser)
    async with Browser() as thief:
        await thief.open(provider.issuer.url("/logout"))
        thief.client.cookies.jar.set_cookie(_cookie(browser, "session"))
        assert "code" in (await thief.open(await wiki.authorization_url(prompt="none"))).params
        page = await browser.open(await wiki.authorization_url(prompt="select_account"))
        await bob.sign_in(await page.submit(button="Use another account"))
        page = await thief.open(await wiki.authorization_url(prompt="none"))
        assert page.params["error"] == "login_required"


def _cookie(browser: Browser, name: str) -> Cookie:
    return next(each for each in browser.client.cookies.jar if each.name == name)


async def test_not_you_leaves_the_session_until_somebody_else_has_signed_in(
    provider: Provider, browser: Browser
) -> None:
    """Every page: «Not you?» starts over; giving up leaves everything as it was."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await sign_in(wiki, alice, browser)
    page = await browser.open(await wiki.authorization_url(prompt="login"))
    page = await page.submit(username="alice", password=alice.password)
    assert page.step == "second-factor"
    page = await page.submit(button="Not you?")
    assert page.step == "password"
    assert page.fields["username"].value == ""
    await page.submit(button="Cancel and return to wiki")
    assert "code" in (await browser.open(await wiki.authorization_url(prompt="none"))).params


async def test_proofs_of_one_person_never_count_for_another(provider: Provider, browser: Browser) -> None:
    """Evidence is one person's; bob's password after alice's leaves bob's own second step to do."""
    wiki = await provider.app()
    alice, bob = await enrolled(provider, wiki), await enrolled(provider, wiki, "bob")
    password = await browser.open(await wiki.authorization_url())
    page = await password.submit(username="alice", password=alice.password)
    page = await page.submit(button="Not you?")
    page = await page.submit(username="bob", password=bob.password)
    assert page.step == "second-factor"
    page = await page.submit(code=alice.app_code())
    assert "did not match" in page.alerts[0]
    page = await bob.answer(page)
    assert (await wiki.userinfo(await wiki.exchange(page.url)))["preferred_username"] == "bob"


async def test_a_step_up_renews_the_cookie_and_the_old_value_is_dead(provider: Provider, browser: Browser) -> None:
    """Renewed at each later proof; `sid` stays; a copy made before the step-up is worth nothing."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    first = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    async with Browser() as thief:
        await thief.open(provider.issuer.url("/logout"))
        thief.client.cookies.jar.set_cookie(_cookie(browser, "session"))
        second = await wiki.exchange((await sign_in(wiki, alice, browser, acr_values="2fa")).url)
        assert second.claims["sid"] == first.claims["sid"]
        page = await thief.open(await wiki.authorization_url(prompt="none"))
        assert page.params["error"] == "login_required"


async def test_a_single_sign_on_leaves_the_cookie_alone(provider: Provider, browser: Browser) -> None:
    """Nothing was proved."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    kept = browser.cookies["session"]
    page = await browser.open(await wiki.authorization_url())
    assert "session" not in cookies_set(page)
    assert browser.cookies["session"] == kept


async def test_the_event_names_the_session(provider: Provider, browser: Browser) -> None:
    """V16.2.1: session reference, acr, amr; one row for one sign-in."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    claims = (await wiki.exchange((await sign_in(wiki, alice, browser)).url)).claims
    (event,) = await events(provider, "sign_in_completed")
    assert str(event["session_id"]) == claims["sid"]
    (said,) = await details(provider, "sign_in_completed")
    assert (said["acr"], said["amr"], said["silent"]) == ("1fa", ["pwd"], False)
