"""Claims requested one by one (OIDC Core 5.5): where they are told, what consent says of them, and which sign-in."""

from __future__ import annotations

import json

import pytest

from idp.oidc.claims_request import ClaimsRequest
from idp.usecases import groups
from idp.usecases.clients import Metadata
from idp.usecases.unit import unit
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.app_code import claims_of
from tests.drivers.browser_http import Browser
from tests.drivers.grants import COMMAND, Asked, describe
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import REFEDS_MFA, configure, details, password_is_enough, sign_in
from tests.drivers.world import World

ALL = ("openid", "profile", "email", "groups", "offline_access")
ABOUT_THE_SIGN_IN = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"}


def claims(**members: object) -> str:
    """The parameter."""
    return json.dumps(members)


def asked(*scopes: str, userinfo: tuple[str, ...] = (), id_token: tuple[str, ...] = ()) -> Asked:
    """A request without pages."""
    return Asked(scopes=scopes or ("openid",), claims=ClaimsRequest(userinfo=userinfo, id_token=id_token))


# ── where they are told ──────────────────────────────────────────────────────────────────────────


async def test_a_claim_asked_of_userinfo_is_told_there_and_not_in_the_id_token(
    provider: Provider, browser: Browser
) -> None:
    """OpenID conformance, oidcc-claims-essential: no name at userinfo is a warning, one in the ID token another."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(scope="openid"), await provider.person()
    page = await sign_in(wiki, alice, browser, claims=claims(userinfo={"email": {"essential": True}, "x": None}))
    tokens = await wiki.exchange(page.url)
    assert tokens.response["scope"] == "openid"
    assert tokens.claims.keys() <= ABOUT_THE_SIGN_IN
    assert await wiki.userinfo(tokens) == {"sub": tokens.claims["sub"], "email": "alice@example.org"}


async def test_claims_of_the_id_token_stand_there_at_every_refresh(world: World) -> None:
    """OIDC Core 5.5, 12.2; Argo CD asks for its groups by this parameter when no scope names them."""
    app = await world.app()
    account = await world.person()
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await groups.add(made, "staff")
        await groups.add_member(made, "staff", "alice")
    issued = await world.issued(app, account, asked("openid", "offline_access", id_token=("groups", "name")))
    tokens = (await app.exchange(issued.code)).json()
    assert tokens["scope"] == "openid offline_access"
    first = claims_of(tokens["id_token"])
    assert first["groups"] == ["staff"]
    assert "name" not in first  # nobody knows it
    assert (await app.userinfo(tokens["access_token"])).json() == {"sub": first["sub"]}
    world.clock.advance(minutes=30)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await groups.remove_member(made, "staff", "alice")
    refreshed = (await app.refresh(tokens["refresh_token"], "openid")).json()
    again = claims_of(refreshed["id_token"])
    assert again["groups"] == []
    assert {name: again[name] for name in ("sub", "auth_time", "acr", "amr", "sid")} == {
        name: first[name] for name in ("sub", "auth_time", "acr", "amr", "sid")
    }


async def test_userinfo_keeps_them_with_every_token_of_the_grant(world: World) -> None:
    app = await world.app()
    issued = await world.issued(app, asked=asked("openid", "offline_access", userinfo=("groups", "email")))
    tokens = (await app.exchange(issued.code)).json()
    refreshed = (await app.refresh(tokens["refresh_token"])).json()
    for access_token in (tokens["access_token"], refreshed["access_token"]):
        told = (await app.userinfo(access_token)).json()
        assert told.keys() == {"sub", "groups", "email"}


async def test_a_narrowed_token_tells_none_of_them(world: World) -> None:
    """RFC 6749 6: it is made for somebody who shall know less."""
    app = await world.app()
    issued = await world.issued(app, asked=asked("openid", "profile", "offline_access", userinfo=("groups", "email")))
    tokens = (await app.exchange(issued.code)).json()
    narrowed = (await app.refresh(tokens["refresh_token"], "openid")).json()
    assert (await app.userinfo(narrowed["access_token"])).json().keys() == {"sub"}
    whole = (await app.refresh(tokens["refresh_token"], "openid profile")).json()
    assert {"groups", "email"} <= (await app.userinfo(whole["access_token"])).json().keys()


async def test_a_client_gets_no_claim_of_a_scope_that_it_is_not_registered_for(
    provider: Provider, browser: Browser
) -> None:
    await password_is_enough(provider)
    wiki = await provider.app(metadata=Metadata(first_party=True, scopes=("openid", "profile")), scope="openid")
    alice = await provider.person()
    request = claims(userinfo={"email": None, "preferred_username": None}, id_token={"email": None})
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser, claims=request)).url)
    assert "email" not in tokens.claims
    told = await wiki.userinfo(tokens)
    assert told == {"sub": tokens.claims["sub"], "preferred_username": "alice"}


@pytest.mark.parametrize("text", ["{", "[]", '{"userinfo":7}', '{"id_token":{"acr":"2fa"}}', "x" * 9000])
async def test_what_cannot_be_read_goes_back_to_the_app(provider: Provider, browser: Browser, text: str) -> None:
    """OIDC Core 3.1.2.6."""
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url(claims=text))
    assert page.at_app
    assert page.params["error"] == "invalid_request"


# ── claims in the ID token, by registration ──────────────────────────────────────────────────────


async def test_an_app_that_reads_the_id_token_alone_finds_everything_there(world: World) -> None:
    """docs/architecture.md, relying apps: Kubernetes, Argo CD; at each refresh as well. userinfo says the same."""
    app = await world.app()
    await describe(world.services, "wiki", claims_in_id_token=True)
    issued = await world.issued(app, asked=Asked(scopes=("openid", "email", "groups", "offline_access")))
    tokens = (await app.exchange(issued.code)).json()
    told = (await app.userinfo(tokens["access_token"])).json()
    refreshed = (await app.refresh(tokens["refresh_token"])).json()
    for identity in (claims_of(tokens["id_token"]), claims_of(refreshed["id_token"])):
        assert {name: value for name, value in identity.items() if name not in ABOUT_THE_SIGN_IN - {"sub"}} == told
        assert identity["groups"] == []
        assert identity["email_verified"] is True
    narrowed = (await app.refresh(tokens["refresh_token"], "openid groups")).json()
    assert claims_of(narrowed["id_token"]).keys() - ABOUT_THE_SIGN_IN == {"groups"}


async def test_a_person_read_with_the_grant_is_told_as_userinfo_tells_them(world: World) -> None:
    """Every kind of claim passes through the statement: texts, numbers, objects, booleans."""
    app = await world.app(metadata=Metadata(scopes=("openid", "profile", "email", "address", "phone", "groups")))
    await describe(world.services, "wiki", claims_in_id_token=True)
    account = await world.person()
    await world.services.database.execute(
        """UPDATE users SET phone_number = '+441234567890', address = '{"country": "GB"}',
        profile = '{"name": "Ålice", "birthdate": "1852-05-04"}', updated_at = $2 WHERE id = $1""",
        account.user,
        world.clock(),
    )
    tokens = await world.signed_in(app, "openid", "profile", "email", "address", "phone", "groups", account=account)
    told = (await app.userinfo(tokens["access_token"])).json()
    identity = claims_of(tokens["id_token"])
    assert {name: identity[name] for name in told} == told
    assert told["updated_at"] == int(world.clock().timestamp())


@pytest.mark.parametrize("how", ["switched on", "requested"])
async def test_the_person_is_read_by_the_very_statement_that_finds_the_grant(world: World, how: str) -> None:
    """docs/architecture.md, budgets: a code is two statements, a refresh one, whatever the ID token says."""
    app = await world.app()
    if how == "switched on":
        await describe(world.services, "wiki", claims_in_id_token=True)
    issued = await world.issued(app, asked=asked(*ALL, id_token=("groups",) if how == "requested" else ()))
    await world.warm(app)
    before = world.services.database.statements
    tokens = (await app.exchange(issued.code)).json()
    assert claims_of(tokens["id_token"])["groups"] == []
    assert world.services.database.statements - before == 2
    assert "groups" in claims_of((await app.refresh(tokens["refresh_token"])).json()["id_token"])
    assert world.services.database.statements - before == 3


# ── consent ──────────────────────────────────────────────────────────────────────────────────────


async def test_consent_covers_claims_as_it_covers_scopes(provider: Provider, browser: Browser) -> None:
    """O-14: shown by the scope that would bring them, remembered, and that scope is not granted."""
    await password_is_enough(provider)
    chat, alice = await provider.app("chat", metadata=Metadata(), scope="openid"), await provider.person()
    await sign_in(chat, alice, browser)
    request = claims(userinfo={"email": None}, id_token={"groups": None})
    silent = await browser.open(await chat.authorization_url(claims=request, prompt="none"))
    assert silent.params["error"] == "consent_required"
    page = await browser.open(await chat.authorization_url(claims=request))
    assert page.step == "consent"
    assert "alice@example.org" in page.text
    page = await page.submit(button="Allow")
    tokens = await chat.exchange(page.url)
    assert tokens.response["scope"] == "openid"
    assert tokens.claims["groups"] == []
    assert (await chat.userinfo(tokens)).keys() == {"sub", "email"}
    assert (await browser.open(await chat.authorization_url(claims=request, prompt="none"))).params["code"]
    given = await details(provider, "consent_given")
    assert given[-1] == {"scopes": ["openid", "email", "groups"]}


# ── acr ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("acr", "steps", "reached"),
    [
        ({"essential": True, "value": "2fa"}, ["password", "enrolment", "recovery-codes"], "2fa"),
        ({"essential": True, "values": ["phr", REFEDS_MFA]}, ["password", "enrolment", "recovery-codes"], REFEDS_MFA),
        ({"essential": True, "values": ["2fa", "1fa"]}, ["password"], "1fa"),
        ({"values": ["2fa"]}, ["password", "enrolment", "recovery-codes"], "2fa"),
        ({"value": "phr"}, ["password"], "1fa"),
        ({"essential": True}, ["password"], "1fa"),
        (None, ["password"], "1fa"),
    ],
)
async def test_a_requested_acr_is_stepped_up_to_and_named(
    provider: Provider, browser: Browser, acr: object, steps: list[str], reached: str
) -> None:
    """A-12, OIDC Core 5.5.1.1: the lowest level among the values; the token names the one that was reached."""
    await password_is_enough(provider)
    await configure(provider, "acr_aliases", {REFEDS_MFA: "2fa"})
    wiki, alice = await provider.app(), await provider.person()
    page = await sign_in(wiki, alice, browser, claims=claims(id_token={"acr": acr}))
    assert alice.steps == steps
    assert (await wiki.exchange(page.url)).claims["acr"] == reached


@pytest.mark.parametrize(
    "acr", [{"values": ["gold"]}, {"value": 5}, {"value": "1fa"}, {"essential": True, "value": "1fa"}]
)
async def test_a_requested_acr_spares_nobody_what_acr_values_ask(
    provider: Provider, browser: Browser, acr: dict[str, object]
) -> None:
    """A-12: whoever adds a claims parameter to the app's address gets no lower level by it."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    page = await sign_in(wiki, alice, browser, acr_values="2fa", claims=claims(id_token={"acr": acr}))
    assert alice.steps == ["password", "enrolment", "recovery-codes"]
    told = (await wiki.exchange(page.url)).claims
    assert told["amr"] == ["pwd", "otp", "mfa"]
    assert told["acr"] == ("1fa" if "essential" in acr else "2fa")


@pytest.mark.parametrize("parameters", [{}, {"prompt": "none"}, {"acr_values": "1fa"}, {"prompt": "login"}])
async def test_an_essential_acr_out_of_reach_is_refused_at_once(
    provider: Provider, browser: Browser, parameters: dict[str, str]
) -> None:
    """A-05, A-12: no page, whoever is signed in; never a false acr."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    request = claims(id_token={"acr": {"essential": True, "values": ["aal9", "phrh", "\u0000"]}})
    for _ in range(2):
        page = await browser.open(await wiki.authorization_url(claims=request, **parameters))
        assert page.params["error"] == "unmet_authentication_requirements"
        assert "code" not in page.params
        await sign_in(wiki, alice, browser)


async def test_an_essential_acr_that_needs_a_page_is_interaction_required_in_silence(
    provider: Provider, browser: Browser
) -> None:
    """A-14: within reach, but not without the person."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    request = claims(id_token={"acr": {"essential": True, "value": "2fa"}})
    page = await browser.open(await wiki.authorization_url(claims=request, prompt="none"))
    assert page.params["error"] == "interaction_required"


async def test_auth_time_may_be_essential(provider: Provider, browser: Browser) -> None:
    """A-07: it is always there."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    page = await sign_in(wiki, alice, browser, claims=claims(id_token={"auth_time": {"essential": True}}))
    assert (await wiki.exchange(page.url)).claims["auth_time"] == int(provider.clock().timestamp())


# ── sub ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def both(provider: Provider, browser: Browser) -> tuple[AuthlibClient, Person, str, Person, str]:
    """Alice, signed in here, and Bob, who is not: each with their sub."""
    await password_is_enough(provider)
    wiki, alice, bob = await provider.app(), await provider.person(), await provider.person("bob")
    async with Browser() as elsewhere:
        bobs = (await wiki.exchange((await sign_in(wiki, bob, elsewhere)).url)).claims["sub"]
    alices = (await wiki.exchange((await sign_in(wiki, alice, browser)).url)).claims["sub"]
    return wiki, alice, alices, bob, bobs


@pytest.mark.parametrize("place", ["id_token", "userinfo"])
async def test_only_the_person_asked_for_goes_on(
    browser: Browser, both: tuple[AuthlibClient, Person, str, Person, str], place: str
) -> None:
    """A-16, OIDC Core 3.1.2.2: as with id_token_hint."""
    wiki, _, alices, bob, bobs = both
    hers, his = (claims(**{place: {"sub": {"value": sub}}}) for sub in (alices, bobs))
    assert (await browser.open(await wiki.authorization_url(prompt="none", claims=hers))).params["code"]
    assert (await browser.open(await wiki.authorization_url(claims=hers))).at_app
    page = await browser.open(await wiki.authorization_url(prompt="none", claims=his))
    assert page.params["error"] == "login_required"
    page = await browser.open(await wiki.authorization_url(claims=his))
    assert page.step == "password"
    page = await bob.sign_in(page)
    assert (await wiki.exchange(page.url)).claims["sub"] == bobs


async def test_nobody_can_be_asked_for_and_hints_count_as_well(
    browser: Browser, both: tuple[AuthlibClient, Person, str, Person, str]
) -> None:
    wiki, _, alices, _, bobs = both
    nobody = claims(id_token={"sub": {"values": [7, "\u0000"]}})
    page = await browser.open(await wiki.authorization_url(prompt="none", claims=nobody))
    assert page.params["error"] == "login_required"
    tokens = await wiki.exchange((await browser.open(await wiki.authorization_url())).url)
    hint = str(tokens.response["id_token"])
    contradiction = claims(id_token={"sub": {"value": bobs}})
    page = await browser.open(await wiki.authorization_url(prompt="none", claims=contradiction, id_token_hint=hint))
    assert page.params["error"] == "login_required"
    either = claims(id_token={"sub": {"values": [bobs, alices]}})
    assert (await browser.open(await wiki.authorization_url(prompt="none", claims=either, id_token_hint=hint))).params[
        "code"
    ]
