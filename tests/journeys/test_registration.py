"""Apps that register themselves over HTTP: RFC 7591, OIDC Registration 1.0; O-53."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from idp.storage import clients
from idp.usecases import configuration, initial_access_tokens
from idp.usecases.unit import unit
from idp.values.ids import ClientId
from tests.clients.authlib_client import AuthlibClient
from tests.clients.tokens import Registration
from tests.drivers.app_code import basic
from tests.drivers.browser_http import Browser
from tests.drivers.client_signer import ClientSigner, assertion_claims, assertion_form
from tests.drivers.grants import COMMAND, REDIRECT_URI
from tests.drivers.provider import Provider
from tests.drivers.registering import GOOD, Registrar, bearing, registered, registering
from tests.drivers.world import World

ERRORS = {"invalid_redirect_uri", "invalid_client_metadata", "unapproved_software_statement"}


def asserted(signer: ClientSigner, client_id: str, world: World) -> dict[str, str]:
    """What a client that signs sends instead of a secret."""
    return assertion_form(signer.jwt(assertion_claims(client_id, world.issuer, world.clock())))


def is_refused(answer: httpx2.Response, error: str = "invalid_client_metadata", word: str = "") -> bool:
    """RFC 7591 3.2.2."""
    body = answer.json()
    assert answer.status_code == 400, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert body["error_description"].isascii()
    return bool(body["error"] == error and word in body["error_description"])


async def open_registration(world: World, *, legacy: bool = False) -> None:
    """As `idp config set` does."""
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await configuration.change(made, "legacy_response_types" if legacy else "open_registration", value=True)


async def reasons(world: World) -> list[str]:
    """Why registrations were refused, in order."""
    return [event["details"]["reason"] for event in await world.events("registration_refused")]  # type: ignore[index]


async def test_an_app_gets_all_it_needs_from_two_members(world: World, registrar: Registrar) -> None:
    """RFC 7591 3.2.1, OpenID conformance: no scope, no grant types, and yet every standard scope."""
    answer = await registrar.register(**GOOD)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["client_secret_expires_at"] == 0
    assert len(told["client_secret"]) == 43
    assert told["registration_client_uri"] == world.issuer.url(f"/register/{told['client_id']}")
    assert len(told["registration_access_token"]) == 43
    assert {name: told[name] for name in GOOD} == GOOD
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["grant_types"] == ["authorization_code"]
    assert told["response_types"] == ["code"]
    assert told["application_type"] == "web"
    assert told["id_token_signed_response_alg"] == "RS256"
    assert told["scope"].split() == ["address", "email", "groups", "openid", "phone", "profile"]


async def test_nothing_that_only_an_admin_gives_can_be_had(world: World, registrar: Registrar) -> None:
    """Not ours to ask: trust without consent, APIs, a client id that looks like a person (O-26)."""
    told = await registered(
        registrar,
        first_party=True,
        audiences=["https://api"],
        scope="openid admin",
        client_id="wiki",
        client_secret="x",
    )
    stored = await clients.registered(world.services.database, ClientId(told["client_id"]))
    assert stored is not None
    assert told["client_id"].startswith("dyn-")
    assert told["client_secret"] != "x"
    assert not stored.first_party
    assert stored.audiences == ()
    assert stored.scopes == {"openid"}
    assert is_refused(await registrar.register(**{**GOOD, "grant_types": ["client_credentials"]}), word="grant_types")


async def test_a_registration_is_recorded_without_its_secrets(world: World, registrar: Registrar) -> None:
    told = await registered(registrar, contacts=["somebody@example.org"])
    (event,) = await world.events("client_registered")
    (made,) = await world.events("initial_access_token_made")
    assert event["client_id"] == told["client_id"]
    details: Any = event["details"]
    assert details["initial_access_token"] == made["details"]["token"]  # type: ignore[index]
    assert details["metadata"]["redirect_uris"] == [REDIRECT_URI]
    assert details["metadata"]["contacts"] == 1
    whole = json.dumps(details)
    assert told["client_secret"] not in whole
    assert told["registration_access_token"] not in whole
    rows = await world.services.database.fetch("SELECT * FROM clients c JOIN client_secrets s USING (client_id)")
    assert told["client_secret"] not in str(rows)
    assert told["registration_access_token"] not in str(rows)


async def test_nobody_registers_without_leave(world: World, registrar: Registrar) -> None:
    """O-53, RFC 7591 3, RFC 6750 3."""
    for headers in ({}, bearing("x" * 43), {"Authorization": "Basic YTpi"}):
        answer = await world.http.post(registrar.endpoint, json=GOOD, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_token"
        assert answer.headers["www-authenticate"].startswith('Bearer realm="registration"')
    assert await reasons(world) == ["an initial access token is missing", "the initial access token is not valid"]
    assert await clients.listed(world.services.database) == []


async def test_a_token_is_presented_in_the_header_and_once(world: World, registrar: Registrar) -> None:
    """RFC 6750 2."""
    url = f"{registrar.endpoint}?access_token={registrar.token}"
    assert (await world.http.post(url, json=GOOD)).status_code == 400
    twice = [("Authorization", f"Bearer {registrar.token}")] * 2
    assert (await world.http.post(registrar.endpoint, json=GOOD, headers=twice)).status_code == 400


async def test_a_token_is_good_for_so_many(world: World) -> None:
    """RFC 7591 3: only what was registered counts."""
    registrar = await registering(world.services, world.http, uses=2)
    assert is_refused(await registrar.register(redirect_uris=["http://app.example.org/"]), "invalid_redirect_uri")
    assert [(await registrar.register(**GOOD)).status_code for _ in range(3)] == [201, 201, 401]


async def test_a_token_ends(world: World, registrar: Registrar) -> None:
    world.clock.advance(days=1, seconds=1)
    assert (await registrar.register(**GOOD)).status_code == 401


async def test_a_token_can_be_revoked(world: World, registrar: Registrar) -> None:
    await registered(registrar)
    (known,) = await initial_access_tokens.list_tokens(world.services)
    assert known.uses_left == 99
    assert known.expires_at - known.created_at == timedelta(days=1)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await initial_access_tokens.revoke(made, known.id)
    assert (await registrar.register(**GOOD)).status_code == 401
    assert len(await clients.listed(world.services.database)) == 1


async def test_registration_can_be_opened_to_anybody(world: World) -> None:
    """RFC 7591 3; a token that is presented all the same has to be a good one."""
    await open_registration(world)
    endpoint = world.issuer.url("/register")
    assert (await world.http.post(endpoint, json=GOOD)).status_code == 201
    assert (await world.http.post(endpoint, json=GOOD, headers=bearing("x" * 43))).status_code == 401
    (event,) = await world.events("client_registered")
    assert event["details"]["initial_access_token"] is None  # type: ignore[index]


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.org/callback",
        "https://app.example.org/callback#fragment",
        "https://*.example.org/callback",
        "javascript:alert(1)",
        "https://app.example.org/?code=1",
        "//app.example.org",
        "",
    ],
)
async def test_a_bad_redirect_uri_is_refused_as_that(registrar: Registrar, uri: str) -> None:
    """O-04, O-53, OpenID conformance oidcc-redirect-uri-regfrag."""
    assert is_refused(await registrar.register(redirect_uris=[REDIRECT_URI, uri]), "invalid_redirect_uri")


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"response_types": ["code", "id_token"]}, "implicit"),
        ({"response_types": ["code token"], "grant_types": ["implicit"]}, "grant_types"),
        ({"response_types": ["token"]}, "not supported"),
        ({"redirect_uris": []}, "redirect URI"),
        ({"redirect_uris": REDIRECT_URI}, "redirect_uris must be a list"),
        ({"grant_types": ["refresh_token"]}, "authorization_code"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "needs the keys"),
        ({"jwks": {"keys": []}, "jwks_uri": "https://app.example.org/jwks"}, "not be given both"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, "private or symmetric"),
        ({"jwks": {"keys": [{"kty": "RSA", "n": "x", "e": "AQAB", "d": "y"}]}}, "private or symmetric"),
        ({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "RSA"}]}}, "no key is fit"),
        ({"id_token_signed_response_alg": "none"}, "signed with"),
        ({"userinfo_signed_response_alg": "none"}, "userinfo_signed_response_alg"),
        ({"request_object_signing_alg": "none"}, "request_object_signing_alg"),
        ({"id_token_encrypted_response_alg": "RSA-OAEP"}, "nothing is encrypted"),
        ({"initiate_login_uri": "http://app.example.org/login"}, "initiate_login_uri"),
        ({"frontchannel_logout_uri": "https://elsewhere.example.org/out"}, "frontchannel_logout_uri"),
        ({"sector_identifier_uri": "https://127.0.0.1/sector"}, "could not be used"),
        ({"client_name": "A\u202epp"}, "name"),
        ({"client_name": 7}, "client_name must be a string"),
    ],
)
async def test_what_does_not_go_together_is_refused(
    world: World, registrar: Registrar, members: dict[str, Any], word: str
) -> None:
    """O-53; RFC 7591 2.1, 3.2.2: the text names what is wrong, and nothing is stored."""
    assert is_refused(await registrar.register(**{**GOOD, **members}), word=word)
    assert await clients.listed(world.services.database) == []
    assert len(await reasons(world)) == 1


async def test_software_statements_are_refused_clearly(registrar: Registrar) -> None:
    """RFC 7591 3.2.2."""
    answer = await registrar.register(**GOOD, software_statement="eyJhbGciOiJub25lIn0.e30.")
    assert is_refused(answer, "unapproved_software_statement")


async def test_the_implicit_grant_exists_where_the_server_allows_it(world: World, registrar: Registrar) -> None:
    hybrid = {"response_types": ["code", "code id_token"], "grant_types": ["authorization_code", "implicit"]}
    assert is_refused(await registrar.register(**GOOD, **hybrid), word="grant_types")
    await open_registration(world, legacy=True)
    assert (await registered(registrar, **hybrid))["response_types"] == hybrid["response_types"]


BODIES: dict[str, tuple[bytes, str]] = {
    "a form": (b"redirect_uris=x", "application/x-www-form-urlencoded"),
    "no type": (json.dumps(GOOD).encode(), ""),
    "nothing": (b"", "application/json"),
    "a list": (b"[]", "application/json"),
    "UTF-16": (json.dumps(GOOD).encode("utf-16"), "application/json"),
    "half a surrogate pair": (b'{"client_name": "\\ud800"}', "application/json"),
    "NUL": (b'{"client_name": "\\u0000"}', "application/json"),
    "NaN": (b'{"default_max_age": NaN}', "application/json"),
    "deep": (b'{"x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", "application/json"),
    "two hundred odd fields": (
        json.dumps({**GOOD, **{f"odd_{n}": {"x": [n]} for n in range(200)}}).encode(),
        "application/json",
    ),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_is_no_registration_is_refused(world: World, registrar: Registrar, name: str) -> None:
    """RFC 7591 3.1."""
    body, kind = BODIES[name]
    headers = {**bearing(registrar.token), **({"Content-Type": kind} if kind else {})}
    assert is_refused(await world.http.post(registrar.endpoint, content=body, headers=headers))
    assert await clients.listed(world.services.database) == []
    assert len(await reasons(world)) == 1


@pytest.mark.parametrize("size", [70_000, 1_000_000])
async def test_a_huge_document_is_not_read(world: World, registrar: Registrar, size: int) -> None:
    """A megabyte of keys among them; the server goes on, and the reason is on record."""
    answer = await registrar.register(**GOOD, jwks={"keys": [{"kty": "RSA", "n": "x" * size, "e": "AQAB"}]})
    assert is_refused(answer, word="too large")
    assert await reasons(world) == ["the body is too large"]
    assert (await registrar.register(**GOOD)).status_code == 201
    assert len(await clients.listed(world.services.database)) == 1


async def test_the_type_of_the_body_may_name_its_encoding(world: World, registrar: Registrar) -> None:
    headers = {**bearing(registrar.token), "Content-Type": "Application/JSON; charset=UTF-8"}
    answer = await world.http.post(registrar.endpoint, content=json.dumps(GOOD).encode(), headers=headers)
    assert answer.status_code == 201


async def test_no_script_of_another_site_may_read_an_answer(world: World, registrar: Registrar) -> None:
    """RFC 9700 2.6: registration tokens and secrets."""
    headers = {**bearing(registrar.token), "Origin": "https://app.example.org"}
    answer = await world.http.post(registrar.endpoint, json=GOOD, headers=headers)
    assert "access-control-allow-origin" not in answer.headers


async def test_an_algorithm_that_nobody_used_yet_gets_its_key(world: World, registrar: Registrar) -> None:
    await registered(registrar, id_token_signed_response_alg="EdDSA", userinfo_signed_response_alg="PS256")
    keys = (await world.http.get(world.issuer.url("/jwks"))).json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256", "EdDSA", "PS256"}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "client_secret_jwt"])
async def test_a_secret_works_by_the_method_that_was_registered(
    world: World, registrar: Registrar, method: str
) -> None:
    """OIDC Core 9."""
    told = await registered(registrar, token_endpoint_auth_method=method)
    client_id, secret = told["client_id"], told["client_secret"]
    ways: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        "client_secret_basic": ({}, basic(client_id, secret)),
        "client_secret_post": ({"client_id": client_id, "client_secret": secret}, {}),
        "client_secret_jwt": (asserted(ClientSigner.with_secret(secret), client_id, world), {}),
    }
    for way, (form, headers) in ways.items():
        answer = await world.http.post(world.issuer.url("/introspect"), data={"token": "x", **form}, headers=headers)
        assert answer.status_code == (200 if way == method else 401), (way, answer.text)


async def test_a_client_that_signs_with_its_own_key_gets_no_secret(world: World, registrar: Registrar) -> None:
    """OpenID conformance: the RSA key has no kid."""
    signer = ClientSigner.of("RS256")
    told = await registered(registrar, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [signer.jwk]})
    assert "client_secret" not in told
    assert told["jwks"] == {"keys": [signer.jwk]}
    form = asserted(signer, told["client_id"], world)
    answer = await world.http.post(world.issuer.url("/introspect"), data={"token": "x", **form})
    assert answer.status_code == 200


async def test_a_client_that_signs_nothing_may_have_keys_for_something_else(registrar: Registrar) -> None:
    encryption = {**ClientSigner.of("RS256").jwk, "use": "enc"}
    assert (await registered(registrar, jwks={"keys": [encryption]}))["jwks"] == {"keys": [encryption]}
    answer = await registrar.register(**GOOD, jwks={"keys": [encryption]}, request_object_signing_alg="RS256")
    assert is_refused(answer, word="no key is fit")


async def test_whoever_signs_in_to_a_registered_app_shows_a_second_factor(provider: Provider, browser: Browser) -> None:
    """The server's level holds for every client; and since nobody vouched for it, consent is asked."""
    async with httpx2.AsyncClient() as http:
        told = await registered(
            await registering(provider.services, http), grant_types=["authorization_code", "refresh_token"]
        )
    registration = Registration(
        client_id=told["client_id"], client_secret=told["client_secret"], redirect_uri=REDIRECT_URI
    )
    async with AuthlibClient(issuer=provider.issuer, registration=registration, scope="openid email") as app:
        app.now = lambda: int(provider.clock().timestamp())
        alice = await provider.person("alice")
        page = await alice.sign_in(await browser.open(await app.authorization_url()), until="consent")
        assert f"{told['client_name']} registered itself here" in page.text
        assert {"password", "enrolment"} <= set(alice.steps)
        page = await alice.answer(page)
        tokens = await app.exchange(page.url)
    assert tokens.claims["amr"] == ["pwd", "otp", "mfa"]
    assert tokens.claims["acr"] == "2fa"
