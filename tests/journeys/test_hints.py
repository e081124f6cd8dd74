"""`login_hint` and `id_token_hint`: whom an app expects, and what happens when another comes (OIDC Core 3.1.2.1)."""

from __future__ import annotations

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.clients.tokens import Tokens
from tests.drivers.browser_http import Browser
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import password_is_enough, sign_in

Scene = tuple[AuthlibClient, Person, Tokens]


@pytest.fixture
async def signed_in(provider: Provider, browser: Browser) -> Scene:
    """alice, in `browser`, and the tokens that wiki got."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    provider.clock.advance(minutes=10)
    return wiki, alice, tokens


def hint(tokens: Tokens) -> dict[str, str]:
    """The parameter."""
    return {"id_token_hint": str(tokens.response["id_token"])}


async def test_login_hint_fills_the_name_in(provider: Provider, browser: Browser) -> None:
    """Pre-filled, escaped, and the focus goes to the password."""
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url(login_hint='alice"><script>'))
    assert page.fields["username"].value == 'alice"><script>'
    assert "<script>" not in page.html
    assert "autofocus" in page.fields["password"].attrs


async def test_login_hint_is_only_a_hint(provider: Provider, browser: Browser, signed_in: Scene) -> None:
    """Core 3.1.2.1: it selects nobody; the person signed in goes on."""
    wiki, _, _ = signed_in
    page = await browser.open(await wiki.authorization_url(login_hint="bob"))
    assert "code" in page.params


async def test_the_same_person_goes_on(browser: Browser, signed_in: Scene) -> None:
    """A-16."""
    wiki, _, tokens = signed_in
    page = await browser.open(await wiki.authorization_url(**hint(tokens)))
    assert "code" in page.params
    page = await browser.open(await wiki.authorization_url(prompt="none", **hint(tokens)))
    assert "code" in page.params


async def test_an_expired_hint_still_names_somebody(provider: Provider, browser: Browser, signed_in: Scene) -> None:
    """Core 3.1.2.1: an ID token is a hint after its end as well."""
    wiki, _, tokens = signed_in
    provider.clock.advance(minutes=45)
    page = await browser.open(await wiki.authorization_url(prompt="none", **hint(tokens)))
    assert "code" in page.params


async def test_another_person_is_refused_in_silence(provider: Provider, browser: Browser, signed_in: Scene) -> None:
    """A-16: login_required, whoever is signed in."""
    wiki, _, tokens = signed_in
    async with Browser() as elsewhere:
        bob = await provider.person("bob")
        await sign_in(wiki, bob, elsewhere)
        page = await elsewhere.open(await wiki.authorization_url(prompt="none", **hint(tokens)))
        assert page.params["error"] == "login_required"


async def test_another_person_may_sign_in_as_the_one_expected(
    provider: Provider, browser: Browser, signed_in: Scene
) -> None:
    """A-16: login of that user only; the wrong one is told so, and the right one goes on."""
    wiki, alice, tokens = signed_in
    bob = await provider.person("bob")
    async with Browser() as elsewhere:
        await sign_in(wiki, bob, elsewhere)
        page = await elsewhere.open(await wiki.authorization_url(**hint(tokens)))
        assert page.step == "password"
        assert not page.has("Not you?")  # nobody is named on the page that asks for the name
        page = await page.submit(username="bob", password=bob.password)
        assert page.step == "password"
        assert "expects somebody else" in page.alerts[0]
        page = await alice.sign_in(page)
        assert (await wiki.exchange(page.url)).claims["sub"] == tokens.claims["sub"]
        page = await elsewhere.open(await wiki.authorization_url(prompt="none"))
        assert (await wiki.exchange(page.url)).claims["sub"] == tokens.claims["sub"]


@pytest.mark.parametrize("how", ["forged", "garbage", "access_token"])
async def test_a_hint_that_is_no_id_token_of_ours_says_nothing(browser: Browser, signed_in: Scene, how: str) -> None:
    """V9.2.2, O-51: not checked means not believed; silence answers for nobody, a page asks whoever is there."""
    wiki, _, tokens = signed_in
    token = str(tokens.response["id_token"])
    head, body, signature = token.split(".")
    texts = {
        "forged": f"{head}.{body}.{signature[:-4]}AAAA",
        "garbage": "not.a.token",
        "access_token": tokens.access_token,
    }
    page = await browser.open(await wiki.authorization_url(prompt="none", id_token_hint=texts[how]))
    assert page.params["error"] == "login_required"
    page = await browser.open(await wiki.authorization_url(id_token_hint=texts[how]))
    assert "code" in page.params
