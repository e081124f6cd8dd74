"""Consent: asked once per person, client and scopes; each time where nobody can be sure who the client is."""

from __future__ import annotations

import pytest

from idp.usecases.clients import Kind, Metadata
from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, password_is_enough, sign_in

THIRD_PARTY = Metadata()
LOOPBACK = Metadata(redirect_uris=("http://127.0.0.1/callback",))
PRIVATE = Metadata(redirect_uris=("org.example.app:/callback",))


@pytest.fixture(autouse=True)
async def _password_only(provider: Provider) -> None:
    await password_is_enough(provider)


async def test_consent_is_asked_once(provider: Provider, browser: Browser) -> None:
    """O-14: client, host of the redirect and the person's own values are shown; remembered afterwards."""
    chat, alice = await provider.app("chat", metadata=THIRD_PARTY), await provider.person()
    page = await alice.sign_in(await browser.open(await chat.authorization_url()), until="consent")
    assert page.step == "consent"
    for words in ("chat", "app.example.org", "alice@example.org", "Your name"):
        assert words in page.text
    assert "openid" not in page.text
    assert not any("autofocus" in field.attrs for field in page.fields.values())
    page = await page.submit(button="Allow")
    assert (await chat.exchange(page.url)).response["scope"] == "openid profile email"
    assert (await browser.open(await chat.authorization_url())).at_app
    assert await details(provider, "consent_given") == [{"scopes": ["openid", "profile", "email"]}]


async def test_a_consent_counts_in_every_browser_and_for_nobody_else(provider: Provider, browser: Browser) -> None:
    """Remembered per person and client."""
    chat, alice = await provider.app("chat", metadata=THIRD_PARTY), await provider.person()
    mail, bob = await provider.app("mail", metadata=THIRD_PARTY), await provider.person("bob")
    await sign_in(chat, alice, browser)
    async with Browser() as second:
        await sign_in(chat, alice, second)
        assert alice.steps == ["password"]
        assert (await second.open(await mail.authorization_url())).step == "consent"
    async with Browser() as third:
        await sign_in(chat, bob, third)
        assert bob.steps == ["password", "consent"]


async def test_more_scopes_ask_again_and_fewer_do_not(provider: Provider, browser: Browser) -> None:
    """Once per scope set; what was allowed before stays allowed."""
    chat, alice = await provider.app("chat", metadata=THIRD_PARTY), await provider.person()
    await sign_in(chat, alice, browser, scope="openid email")
    assert (await browser.open(await chat.authorization_url(scope="openid"))).at_app
    page = await browser.open(await chat.authorization_url(scope="openid groups"))
    assert page.step == "consent"
    await page.submit(button="Allow")
    assert (await browser.open(await chat.authorization_url(scope="openid email groups"))).at_app


@pytest.mark.parametrize(("metadata", "kind"), [(LOOPBACK, "native"), (PRIVATE, "native"), (THIRD_PARTY, "spa")])
async def test_a_client_that_anybody_can_pose_as_is_asked_about_each_time(
    provider: Provider, browser: Browser, metadata: Metadata, kind: Kind
) -> None:
    """RFC 8252 8.6, O-14: public with a loopback or private-scheme redirect; a public web app's redirect is its own."""
    tool, alice = await provider.app("tool", kind, metadata=metadata), await provider.person()
    await sign_in(tool, alice, browser)
    page = await browser.open(await tool.authorization_url())
    if kind == "spa":
        assert page.at_app
        return
    assert page.step == "consent"
    page = await page.submit(button="Allow")
    assert page.at_app
    silent = await browser.open(await tool.authorization_url(prompt="none"))
    assert silent.params["error"] == "consent_required"


async def test_a_first_party_client_is_never_asked_about(provider: Provider, browser: Browser) -> None:
    """offline_access included (O-31)."""
    metadata = Metadata(first_party=True, redirect_uris=("http://127.0.0.1/callback",))
    tool, alice = await provider.app("tool", "native", metadata=metadata), await provider.person()
    page = await sign_in(tool, alice, browser, scope="openid offline_access")
    assert alice.steps == ["password"]
    tokens = await tool.exchange(page.url)
    assert tokens.refresh_token
    assert "offline_access" in tokens.response["scope"]


async def test_denied(provider: Provider, browser: Browser) -> None:
    """access_denied with state and iss, by the returning page; nothing is remembered, no session begins."""
    chat, alice = await provider.app("chat", metadata=THIRD_PARTY), await provider.person()
    page = await alice.sign_in(await browser.open(await chat.authorization_url()), until="consent")
    page = await page.submit(button="Do not allow")
    assert page.at_app
    assert page.trail[-1].step == "returning"
    assert page.params["error"] == "access_denied"
    assert page.params["iss"] == str(provider.issuer)
    assert "session" not in browser.cookies
    assert await details(provider, "consent_denied") == [{"scopes": ["openid", "profile", "email"]}]
    assert await provider.services.database.fetchval("SELECT count(*) FROM consents") == 0
    assert await provider.services.database.fetchval("SELECT count(*) FROM grants") == 0


async def test_offline_access_is_asked_in_words(provider: Provider, browser: Browser) -> None:
    """O-31: consented, and then a refresh token outlives the session."""
    chat = await provider.app("chat", scope="openid offline_access", metadata=THIRD_PARTY)
    alice = await provider.person()
    page = await browser.open(await chat.authorization_url())
    page = await alice.sign_in(page, until="consent")
    assert "Stay connected when you are away" in page.text
    tokens = await chat.exchange((await page.submit(button="Allow")).url)
    provider.clock.advance(days=2)
    assert (await chat.refresh(tokens)).claims["sub"] == tokens.claims["sub"]


async def test_scopes_not_allowed_to_the_client_are_never_shown(provider: Provider, browser: Browser) -> None:
    """O-13: dropped, and a scope without words of its own is told as extra permission."""
    metadata = Metadata(scopes=("openid", "wiki:edit"))
    chat, alice = await provider.app("chat", metadata=metadata), await provider.person()
    page = await browser.open(await chat.authorization_url(scope="openid email wiki:edit admin"))
    page = await alice.sign_in(page, until="consent")
    assert "Extra permission: wiki:edit" in page.text
    assert "admin" not in page.text.replace("ask an admin", "")
    assert "Your email" not in page.text


async def test_consent_is_not_given_by_a_form_that_says_nothing(provider: Provider, browser: Browser) -> None:
    """Only `answer=allow` allows."""
    chat, alice = await provider.app("chat", metadata=THIRD_PARTY), await provider.person()
    page = await alice.sign_in(await browser.open(await chat.authorization_url()), until="consent")
    form = next(each for each in page.forms if "consent" in (each.action or ""))
    token = next(field.value for field in form.fields if field.name == "csrf")
    page = await browser.go("POST", form.action, initiator=page.initiator, pairs=[("csrf", token)])
    assert page.params["error"] == "access_denied"


async def test_consent_cannot_be_posted_before_the_password(provider: Provider, browser: Browser) -> None:
    """V2.3.1: steps only in order."""
    chat = await provider.app("chat", metadata=THIRD_PARTY)
    page = await browser.open(await chat.authorization_url())
    token = page.fields["csrf"].value
    url = page.url.replace("/password", "/consent")
    page = await browser.go("POST", url, initiator=page.initiator, pairs=[("csrf", token), ("answer", "allow")])
    assert page.step == "password"


async def test_asking_for_consent_before_enrolment_is_done_shows_enrolment(
    provider: Provider, browser: Browser
) -> None:
    """The order of docs/architecture.md: consent is last."""
    chat, alice = await provider.app("chat", metadata=THIRD_PARTY), await provider.person()
    page = await alice.sign_in(await browser.open(await chat.authorization_url(acr_values="2fa")), until="enrolment")
    page = await browser.open(page.url.replace("/enrolment", "/consent"))
    assert page.step == "enrolment"
