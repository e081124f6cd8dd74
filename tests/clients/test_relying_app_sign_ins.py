"""What relying apps demand of sign-ins, refreshing, signing out and redirects: rules 7 to 13 of the page on them.

Rules 1 to 6 stand in `test_relying_app_rules`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx2
import pytest

from idp.usecases.clients import Metadata
from tests.clients.journey import SCOPE, refused
from tests.clients.relying_parties import APP, USUAL
from tests.clients.tokens import header_of
from tests.drivers.browser_http import Browser
from tests.drivers.grants import add_client
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, configure, password_is_enough, sign_in


@pytest.fixture(autouse=True)
async def _password_only(provider: Provider) -> None:
    """Where a rule speaks of the second factor, the test asks for it."""
    await password_is_enough(provider)


# ── 7, 8, 9: what the request asks, and what the token says ──────────────────────────────────────


async def test_7_prompt_none_never_shows_a_page(provider: Provider, browser: Browser) -> None:
    """An app asks in a hidden frame: each obstacle has its own error, and the browser is back at once."""
    wiki, chat = await provider.app(), await provider.app("chat", metadata=Metadata())
    alice = await provider.person()
    assert await _silent(browser, await wiki.authorization_url(prompt="none")) == "login_required"
    await sign_in(wiki, alice, browser)
    assert await _silent(browser, await chat.authorization_url(prompt="none")) == "consent_required"
    stronger = await wiki.authorization_url(prompt="none", acr_values="2fa")
    assert await _silent(browser, stronger) == "interaction_required"
    assert await _silent(browser, await wiki.authorization_url(prompt="none")) == ""


async def _silent(browser: Browser, url: str) -> str:
    page = await browser.open(url)
    assert page.at_app
    assert {each.status for each in page.trail} <= {303}
    return page.params.get("error", "")


async def test_8_acr_is_one_of_the_values_requested(provider: Provider, browser: Browser) -> None:
    """mod_auth_openidc and GitLab compare for equality; its own word for the level may be an alias, and is told of."""
    await configure(provider, "acr_aliases", {"2factor": "2fa"})
    wiki, alice = await provider.app(), await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    assert tokens.claims["acr"] == "1fa"
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser, acr_values="2factor")).url)
    assert alice.steps == ["enrolment", "recovery-codes"]
    assert tokens.claims["acr"] == "2factor"
    assert (await wiki.refresh(tokens)).claims["acr"] == "2factor"
    assert {"1fa", "2fa", "phr", "2factor"} == set((await wiki.discover())["acr_values_supported"])


async def test_8_an_unknown_voluntary_value_is_ignored(provider: Provider, browser: Browser) -> None:
    """OIDC Core 3.1.2.1: acr_values is a wish; the real level is returned."""
    wiki, alice = await provider.app(), await provider.person()
    page = await sign_in(wiki, alice, browser, acr_values="urn:mace:incommon:iap:silver")
    assert (await wiki.exchange(page.url)).claims["acr"] == "1fa"


async def test_8_a_fresh_sign_in_is_possible_under_an_old_session(provider: Provider, browser: Browser) -> None:
    """mod_auth_openidc's step-up by path: `max_age` and `prompt=login` under a session that goes on."""
    wiki, alice = await provider.app(), await provider.person()
    old = (await wiki.exchange((await sign_in(wiki, alice, browser)).url)).claims
    provider.clock.advance(minutes=10)
    for parameters in ({"max_age": "60"}, {"prompt": "login"}):
        page = await browser.open(await wiki.authorization_url(**parameters))
        assert page.step == "password"
        fresh = (await wiki.exchange((await alice.sign_in(page)).url)).claims
        assert (fresh["auth_time"], fresh["sid"]) == (int(provider.clock().timestamp()), old["sid"])
        provider.clock.advance(minutes=10)


async def test_9_amr_is_a_list_that_a_refresh_repeats(provider: Provider, browser: Browser) -> None:
    """GitLab takes one of several values, Authlib refuses a string; `otp` is for generators, not for recovery codes."""
    wiki, alice = await provider.app(scope=SCOPE), await provider.person()
    await provider.rule("client", "wiki", REQUIRED)
    for amr in (["pwd", "otp", "mfa"], ["pwd", "recovery_code", "mfa"]):
        tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
        assert tokens.claims["amr"] == amr
        provider.clock.advance(minutes=20)
        assert (await wiki.refresh(tokens)).claims["amr"] == amr
        browser.forget_cookies()
        alice.use_recovery_code = True


# ── 10: refreshing ───────────────────────────────────────────────────────────────────────────────


async def test_10_every_refresh_brings_a_new_id_token(provider: Provider, browser: Browser) -> None:
    """Kubernetes lives on short ID tokens; OIDC Core 12.2: of the same sign-in, without the nonce."""
    wiki, alice = await provider.app(scope=SCOPE), await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    assert 300 <= tokens.claims["exp"] - tokens.claims["iat"] <= 3600
    for _ in range(2):
        provider.clock.advance(minutes=20)
        fresh = await wiki.refresh(tokens)
        assert fresh.claims["exp"] > int(provider.clock().timestamp())
        assert "nonce" not in fresh.claims
        for name in ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid"):
            assert fresh.claims[name] == tokens.claims[name], name


async def test_10_parallel_tabs_do_not_sign_one_another_out(provider: Provider, browser: Browser) -> None:
    """RFC 9700 4.14.2: tabs of one page refresh with the same token; a thief who comes later ends the grant."""
    page_app = await provider.app("page", kind="spa", scope=SCOPE)
    alice = await provider.person()
    tokens = await page_app.exchange((await sign_in(page_app, alice, browser)).url)
    one, other = await page_app.refresh(tokens), await page_app.refresh(tokens)
    assert one.refresh_token == other.refresh_token != tokens.refresh_token
    latest = await page_app.refresh(one)
    assert await refused(page_app.refresh(tokens)) == "invalid_grant"
    assert await refused(page_app.refresh(latest)) == "invalid_grant"


# ── 11: signing out ──────────────────────────────────────────────────────────────────────────────


async def test_11_sid_names_the_session_and_the_way_back_is_exact(provider: Provider, browser: Browser) -> None:
    """Nextcloud wants end_session_endpoint and sid; a way back that differs by a slash is none, and stays on a page."""
    wiki, alice = await provider.app(metadata=USUAL), await provider.person()
    for back in ("/signed-out/", "/signed-out?x=1", "/SIGNED-OUT", ".evil.example/signed-out", "/signed-out"):
        tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
        assert tokens.claims["sid"]
        page = await browser.open(await wiki.logout_url(tokens, APP + back, "s"))
        assert page.at_app is (back == "/signed-out")
        assert not page.at_app or page.url == f"{APP}/signed-out?state=s"


# ── 12: redirect URIs ────────────────────────────────────────────────────────────────────────────


async def _leads(browser: Browser, provider: Provider, client_id: str, redirect_uri: str) -> Page:
    """Where a request with that redirect URI comes to rest; it is silent, so a trusted one is left for at once."""
    asked = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "openid",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        "prompt": "none",
        "state": "s",
    }
    return await browser.open(str(httpx2.URL(provider.issuer.url("/authorize"), params=asked)))


@pytest.mark.parametrize("uri", ["http://127.0.0.1:51004/cb", "http://[::1]:8/cb", "http://127.0.0.1/cb"])
async def test_12_a_native_app_chooses_its_port(provider: Provider, browser: Browser, uri: str) -> None:
    """RFC 8252 7.3: a command line tool listens where it finds a free port, on the loopback address."""
    registered = Metadata(redirect_uris=("http://127.0.0.1/cb", "http://[::1]/cb"))
    await add_client(provider.services, "cli", "native", registered)
    page = await _leads(browser, provider, "cli", uri)
    assert page.at_app
    assert urlsplit(page.url).netloc == urlsplit(uri).netloc
    assert page.params["error"] == "login_required"


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:51004/cb/",
        "http://127.0.0.1:51004/other",
        "http://127.0.0.1:51004/cb?x=1",
        "http://localhost:51004/cb",
        "https://127.0.0.1:51004/cb",
        "http://127.0.0.2:51004/cb",
        "http://127.0.0.1.evil.example:51004/cb",
    ],
)
async def test_12_the_port_is_all_its_freedom(provider: Provider, browser: Browser, uri: str) -> None:
    """RFC 8252 8.3; RFC 9700 2.1: everything else is compared as a string, and a mismatch is a page."""
    await add_client(provider.services, "cli", "native", Metadata(redirect_uris=("http://127.0.0.1/cb",)))
    page = await _leads(browser, provider, "cli", uri)
    assert (page.at_app, page.status, page.step) == (False, 400, "error")
    assert not page.trail


async def test_12_each_localhost_port_is_registered(provider: Provider, browser: Browser) -> None:
    """Vault 8250, Argo CD 8085, kubelogin 8000 and 18000: each its own entry, byte for byte."""
    uris = tuple(f"http://localhost:{port}/oidc/callback" for port in (8250, 8085, 8000, 18000))
    await add_client(provider.services, "vault", "native", Metadata(redirect_uris=uris))
    for uri in uris:
        assert (await _leads(browser, provider, "vault", uri)).at_app
    for uri in ("http://localhost:8251/oidc/callback", "http://localhost:8250/oidc/callback/"):
        assert not (await _leads(browser, provider, "vault", uri)).at_app


# ── 13: a request lives as long as a person needs ────────────────────────────────────────────────


async def test_13_enrolment_may_take_its_time(provider: Provider, browser: Browser) -> None:
    """Somebody fetches a phone: 29 minutes on each page, and the request is still there."""
    wiki, alice = await provider.app(scope=SCOPE), await provider.person()
    page = await browser.open(await wiki.authorization_url(acr_values="2fa"))
    for step in ("password", "enrolment", "recovery-codes"):
        assert page.step == step
        provider.clock.advance(minutes=29)
        page = await alice.answer(page)
        assert not page.alerts
    assert page.at_app
    tokens = await wiki.exchange(page.url)
    assert tokens.claims["amr"] == ["pwd", "otp", "mfa"]
    assert header_of(tokens.access_token)["typ"] == "at+jwt"
