"""Single sign-on across apps, and which claims the tokens of a sign-in carry."""

from __future__ import annotations

from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider
from tests.drivers.scenes import events, sign_in

ID_TOKEN = {"iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "sid", "at_hash"}


async def test_a_second_app_asks_nothing(provider: Provider, browser: Browser) -> None:
    """Issue 2: single sign-on; the first GET /authorize redirects straight to the app."""
    wiki, chat, alice = await provider.app(), await provider.app("chat"), await provider.person()
    first = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    provider.clock.advance(minutes=10)
    page = await browser.open(await chat.authorization_url())
    assert page.at_app
    assert [each.status for each in page.trail] == [303]
    second = await chat.exchange(page.url)
    for name in ("sub", "sid", "auth_time", "acr", "amr"):
        assert second.claims[name] == first.claims[name]
    assert second.claims["aud"] != first.claims["aud"]


async def test_another_browser_shares_nothing(provider: Provider, browser: Browser) -> None:
    """A session is one browser's."""
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    async with Browser() as other:
        assert (await other.open(await wiki.authorization_url())).step == "password"


async def test_the_id_token_says_what_is_due_and_nothing_else(provider: Provider, browser: Browser) -> None:
    """Core 2, 5.4, O-51: nonce echoed, auth_time, no claim of a scope (those are userinfo's) and none unasked."""
    wiki, alice = await provider.app(), await provider.person()
    page = await sign_in(wiki, alice, browser, nonce="n-1 ü")
    assert wiki.pending is not None
    wiki.pending.nonce = "n-1 ü"
    tokens = await wiki.exchange(page.url)
    assert set(tokens.claims) == ID_TOKEN
    assert tokens.claims["nonce"] == "n-1 ü"
    assert tokens.claims["auth_time"] == int(provider.clock().timestamp())


async def test_a_request_without_a_nonce_gets_none(provider: Provider, browser: Browser) -> None:
    """Never required in the code flow; Core 3.1.3.7: absent where it was not sent."""
    wiki, alice = await provider.app(), await provider.person()
    page = await alice.sign_in(await browser.open(await wiki.authorization_url(nonce="")))
    assert wiki.pending is not None
    wiki.pending.nonce = None  # type: ignore[assignment]
    assert set((await wiki.exchange(page.url)).claims) == ID_TOKEN - {"nonce"}


async def test_userinfo_gives_the_scopes_claims_only(provider: Provider, browser: Browser) -> None:
    """O-44: the claims of the granted scopes."""
    wiki, alice = await provider.app(scope="openid email"), await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    assert set(await wiki.userinfo(tokens)) == {"sub", "email", "email_verified"}


async def test_without_openid_there_is_no_id_token(provider: Provider, browser: Browser) -> None:
    """O-13: an OAuth request is answered as one; unknown scopes are dropped and the granted ones told."""
    wiki, alice = await provider.app(scope="profile secrets"), await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    assert "id_token" not in tokens.response
    assert tokens.response["scope"] == "profile"


async def test_a_sign_on_that_asked_nothing_is_recorded(provider: Provider, browser: Browser) -> None:
    """V16.3.1: an app got a code for a person, with nobody at the keyboard: an auditor must find it."""
    wiki, chat, alice = await provider.app(), await provider.app("chat"), await provider.person()
    await sign_in(wiki, alice, browser)
    page = await browser.open(await chat.authorization_url())
    assert "code" in page.params
    first, second = await events(provider, "sign_in_completed")
    assert (first["client_id"], second["client_id"]) == ("wiki", "chat")
    assert first["session_id"] == second["session_id"]
    assert (first["details"]["silent"], second["details"]["silent"]) == (False, True)
    assert second["details"]["grant"]
