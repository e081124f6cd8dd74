"""Pairwise subjects (OIDC Core 8): one person, another name in each sector, the same in everything a client is told."""

from __future__ import annotations

import json
import re

import pytest

from idp.keystore.compact import Algorithm
from idp.usecases.clients import Metadata
from idp.usecases.key_rotation import ensure_algorithm
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.app_code import RelyingApp, claims_of
from tests.drivers.browser_http import Browser
from tests.drivers.grants import COMMAND, describe
from tests.drivers.old_app import OldApp
from tests.drivers.provider import Provider
from tests.drivers.scenes import password_is_enough, sign_in
from tests.drivers.world import World

OFFLINE = ("openid", "offline_access")


async def pairwise(world: World, client_id: str, host: str) -> RelyingApp:
    """An app at that host. Codes are asked for at the address that all apps of `World` have."""
    app = await world.app(client_id, metadata=Metadata(scopes=OFFLINE, audiences=("https://api.example.org",)))
    await describe(world.services, client_id, subject_type="pairwise", sector_identifier_uri=f"https://{host}/sector")
    return app


async def test_the_same_in_everything_a_client_is_told(world: World) -> None:
    """O-52, O-44, OIDC Core 5.3.2: tokens, userinfo, introspection, and again after a refresh; never the public one."""
    shop, account = await pairwise(world, "shop", "shop.example"), await world.person()
    tokens = await world.signed_in(shop, *OFFLINE, account=account)
    sub = claims_of(tokens["id_token"])["sub"]
    assert sub != account.subject
    assert claims_of(tokens["access_token"])["sub"] == sub
    assert (await shop.userinfo(tokens["access_token"])).json() == {"sub": sub}
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert (await shop.introspect(token)).json()["sub"] == sub
    refreshed = (await shop.refresh(tokens["refresh_token"])).json()
    assert claims_of(refreshed["id_token"])["sub"] == claims_of(refreshed["access_token"])["sub"] == sub
    assert (await shop.userinfo(refreshed["access_token"])).json() == {"sub": sub}


async def test_one_name_for_each_sector_and_each_person(world: World) -> None:
    """O-52: two clients of one sector can talk of a person, those of two cannot."""
    apps = {
        "web": await pairwise(world, "web", "shop.example"),
        "mobile": await pairwise(world, "mobile", "shop.example"),
        "blog": await pairwise(world, "blog", "blog.example"),
        "public": await world.app("public"),
    }
    seen: dict[str, list[str]] = {}
    for name in ("alice", "bob"):
        account = await world.person(name)
        for app_name, app in apps.items():
            tokens = await world.signed_in(app, account=account)
            seen.setdefault(app_name, []).append(claims_of(tokens["id_token"])["sub"])
    assert seen["web"] == seen["mobile"]
    assert len({sub for subs in seen.values() for sub in subs}) == 6


async def test_a_token_of_another_person_is_still_told_apart(world: World) -> None:
    """OIDC Core 5.3.2: a client that becomes pairwise gets nothing more for tokens that name people otherwise."""
    app = await world.app()
    token = (await world.signed_in(app))["access_token"]
    await describe(world.services, "wiki", subject_type="pairwise")
    answer = await app.userinfo(token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def client(provider: Provider, client_id: str, redirect_uri: str) -> AuthlibClient:
    """A pairwise client of the provider, of the sector of its redirect URI."""
    metadata = Metadata(first_party=True, redirect_uris=(redirect_uri,))
    made = await provider.app(client_id, metadata=metadata)
    await describe(provider.services, client_id, subject_type="pairwise")
    return made


async def test_a_hint_names_the_person_as_the_client_knows_them(provider: Provider, browser: Browser) -> None:
    """A-16, OIDC Core 3.1.2.1: an ID token is a hint for the client it was issued to, and so is a requested sub."""
    await password_is_enough(provider)
    shop, blog = await client(provider, "shop", "https://shop.example/cb"), await provider.app("blog")
    alice, bob = await provider.person(), await provider.person("bob")
    tokens = await shop.exchange((await sign_in(shop, alice, browser)).url)
    hint, claims = str(tokens.response["id_token"]), json.dumps({"id_token": {"sub": {"value": tokens.claims["sub"]}}})
    for parameters in ({"id_token_hint": hint}, {"claims": claims}):
        assert (await browser.open(await shop.authorization_url(prompt="none", **parameters))).params["code"]
        assert (await browser.open(await shop.authorization_url(**parameters))).at_app
        async with Browser() as elsewhere:
            await sign_in(shop, bob, elsewhere)
            page = await elsewhere.open(await shop.authorization_url(prompt="none", **parameters))
            assert page.params["error"] == "login_required"
    public = await blog.exchange((await browser.open(await blog.authorization_url())).url)
    claims = json.dumps({"id_token": {"sub": {"value": public.claims["sub"]}}})
    page = await browser.open(await shop.authorization_url(prompt="none", claims=claims))
    assert page.params["error"] == "login_required"  # it does not learn whether this is that person


async def test_a_hint_from_before_the_client_became_pairwise(provider: Provider, browser: Browser) -> None:
    """Nobody is locked out by an ID token that their app has kept."""
    await password_is_enough(provider)
    wiki, alice, bob = await provider.app(), await provider.person(), await provider.person("bob")
    hint = str((await wiki.exchange((await sign_in(wiki, alice, browser)).url)).response["id_token"])
    await describe(provider.services, "wiki", subject_type="pairwise")
    page = await browser.open(await wiki.authorization_url(prompt="none", id_token_hint=hint))
    assert page.params["code"]
    async with Browser() as elsewhere:
        await sign_in(wiki, bob, elsewhere)
        page = await elsewhere.open(await wiki.authorization_url(prompt="none", id_token_hint=hint))
        assert page.params["error"] == "login_required"


async def test_the_hint_of_another_client_identifies_nobody(provider: Provider, browser: Browser) -> None:
    """OIDC Core 3.1.2.1: silence answers for nobody; a page asks whoever is there, as for any hint not understood."""
    await password_is_enough(provider)
    shop, blog = await client(provider, "shop", "https://shop.example/cb"), await provider.app("blog")
    alice = await provider.person()
    tokens = await shop.exchange((await sign_in(shop, alice, browser)).url)
    hint = str(tokens.response["id_token"])
    page = await browser.open(await blog.authorization_url(prompt="none", id_token_hint=hint))
    assert page.params["error"] == "login_required"
    assert (await browser.open(await blog.authorization_url(id_token_hint=hint))).at_app


async def test_signing_out_with_the_hint(provider: Provider, browser: Browser) -> None:
    """RP-Initiated Logout 2, Front-Channel Logout 3: the hint and the frame name the session as the client knows it."""
    await password_is_enough(provider)
    shop, blog = await client(provider, "shop", "https://shop.example/cb"), await provider.app("blog")
    for name, host in (("shop", "shop"), ("blog", "app")):
        await describe(provider.services, name, frontchannel_logout_uri=f"https://{host}.example.org/out")
    alice = await provider.person()
    tokens = await shop.exchange((await sign_in(shop, alice, browser)).url)
    public = await blog.exchange((await browser.open(await blog.authorization_url())).url)
    assert tokens.claims["sid"] != public.claims["sid"]
    page = await browser.open(f"{provider.issuer}/logout?id_token_hint={tokens.response['id_token']}")
    assert page.step == "signed-out"
    framed = [frame.split("sid=")[1] for frame in sorted(re.findall(r'<iframe[^>]* src="([^"]*)"', page.html))]
    assert framed == [public.claims["sid"], tokens.claims["sid"]]


@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256"])
async def test_both_id_tokens_of_a_hybrid_flow_agree(provider: Provider, browser: Browser, alg: Algorithm) -> None:
    """OIDC Core 3.3.3.6: the same iss and sub, and here sid; c_hash and at_hash by the client's algorithm (Authlib)."""
    await password_is_enough(provider)
    await ensure_algorithm(provider.services, COMMAND, alg, provider.clock())
    metadata = {"subject_type": "pairwise", "sector_identifier_uri": "https://shop.example/sector"}
    shop = await OldApp.registered(provider, "code id_token token", metadata=metadata, id_token_alg=alg)
    alice = await provider.person()
    claims = json.dumps({"id_token": {"email": None}})
    page = await alice.sign_in(await browser.open(shop.url("code id_token token", claims=claims)))
    answer = shop.answer(page, "fragment")
    first = await shop.claims(answer)
    _, second = await shop.exchange(answer)
    told = (await shop.userinfo(answer["access_token"])).json()
    assert {name: first[name] for name in ("iss", "sub", "sid", "email")} == {
        name: second[name] for name in ("iss", "sub", "sid", "email")
    }
    assert told["sub"] == first["sub"]
    assert {"c_hash", "at_hash"} <= first.keys()
