"""Discovery, keys, health, and who may read what from a script (OIDC Discovery 4, RFC 8414, RFC 9700 2.6)."""

from __future__ import annotations

import os
from socket import socket

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from idp.composition import open_services
from idp.settings import Address, Settings
from idp.usecases import clients
from idp.usecases.clients import Metadata
from idp.usecases.unit import unit
from idp.values.issuer import Issuer
from tests.drivers.app_code import header_of
from tests.drivers.clock import MovableClock
from tests.drivers.grants import COMMAND
from tests.drivers.world import World
from tests.drivers.world import world as world_of

OPENID, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
SPA = "https://app.example.org"


async def metadata(world: World) -> dict[str, object]:
    found: dict[str, object] = (await world.http.get(world.issuer.url(OPENID))).json()
    return found


async def test_both_addresses_tell_the_same(world: World) -> None:
    """O-49; OpenID conformance: application/json, issuer as configured."""
    one, other = [await world.http.get(world.issuer.url(path)) for path in (OPENID, OAUTH)]
    assert one.status_code == 200
    assert one.headers["content-type"] == "application/json"
    assert one.json() == other.json()
    assert one.json()["issuer"] == world.issuer


async def test_an_issuer_with_a_path_is_found_at_every_well_known_form(
    settings: Settings, clock: MovableClock, sockets: list[socket], issuer: Issuer
) -> None:
    """O-49: OIDC Discovery 4.1 puts the path before, RFC 8414 3.1 behind."""
    below = Issuer.parse(f"{issuer}/id")
    async with (
        open_services(settings.model_copy(update={"issuer": below}), clock, os.urandom) as services,
        world_of(services, sockets, below, clock) as world,
    ):
        forms = [below + OPENID, below + OAUTH, f"{issuer}{OPENID}/id", f"{issuer}{OAUTH}/id"]
        answers = [await world.http.get(url) for url in forms]
        assert {answer.status_code for answer in answers} == {200}
        assert {answer.json()["issuer"] for answer in answers} == {below}
        assert (await world.http.get(issuer + OPENID)).status_code == 404
        app = await world.app("robot", "machine")
        assert (await app.own_token()).status_code == 200


async def test_the_issuer_is_never_taken_from_the_host_header(world: World) -> None:
    answer = await world.http.get(world.issuer.url(OPENID), headers={"Host": "evil.example"})
    assert answer.json()["issuer"] == world.issuer
    assert "evil" not in answer.text


async def test_documents_may_be_kept_for_minutes_and_asked_for_by_version(world: World) -> None:
    """RFC 9110 13.1.2: 304 while nothing has changed."""
    for path in (OPENID, "/jwks"):
        url = world.issuer.url(path)
        answer = await world.http.get(url)
        assert answer.headers["cache-control"] == "public, max-age=300"
        for condition in (answer.headers["etag"], f'"other", W/{answer.headers["etag"]}', "*"):
            again = await world.http.get(url, headers={"If-None-Match": condition})
            assert (again.status_code, again.content) == (304, b"")
        assert (await world.http.get(url, headers={"If-None-Match": '"other"'})).status_code == 200
        head = await world.http.head(url)
        assert (head.status_code, head.content) == (200, b"")


async def test_documents_cost_no_statement(world: World) -> None:
    await world.warm(await world.app())
    before = world.services.database.statements
    for path in (OPENID, OAUTH, "/jwks"):
        assert (await world.http.get(world.issuer.url(path))).status_code == 200
    assert world.services.database.statements == before


async def test_the_keys_are_public_and_named(world: World) -> None:
    """RFC 7517, O-50; OpenID conformance: unique kid, use and alg, no private member."""
    found = (await world.http.get(world.issuer.url("/jwks"))).json()["keys"]
    assert len({key["kid"] for key in found}) == len(found) >= 2
    for key in found:
        assert key["use"] == "sig"
        assert key["alg"] in {"RS256", "ES256"}
        assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}


async def test_tokens_verify_with_the_published_keys(world: World) -> None:
    """By joserfc, which knows nothing of us."""
    app = await world.app(metadata=Metadata(id_token_alg="ES256"))
    tokens = await world.signed_in(app)
    published = KeySet.import_key_set((await world.http.get(world.issuer.url("/jwks"))).json())
    for name in ("id_token", "access_token"):
        assert jwt.decode(tokens[name], published, algorithms=["ES256"]).claims["iss"] == world.issuer


async def test_an_algorithm_that_nobody_had_is_served_to_the_first_who_registers_for_it(world: World) -> None:
    """O-49, O-50: it was advertised, and its key is published before the first token."""
    before = await world.http.get(world.issuer.url("/jwks"))
    advertised = (await metadata(world))["id_token_signing_alg_values_supported"]
    assert isinstance(advertised, list)
    assert "EdDSA" in advertised
    assert "EdDSA" not in {key["alg"] for key in before.json()["keys"]}
    app = await world.app(metadata=Metadata(id_token_alg="EdDSA"))
    token = (await world.signed_in(app))["id_token"]
    after = await world.http.get(world.issuer.url("/jwks"))
    assert header_of(token)["kid"] in {key["kid"] for key in after.json()["keys"]}
    assert after.headers["etag"] != before.headers["etag"]


async def test_what_is_supported_is_said_outright(world: World) -> None:
    """OpenID conformance: request_uri_parameter_supported defaults to true, request objects to any algorithm."""
    found = await metadata(world)
    assert found["request_uri_parameter_supported"] is True
    assert found["request_parameter_supported"] is True
    assert found["require_request_uri_registration"] is True
    assert found["request_object_signing_alg_values_supported"] == ["RS256", "ES256", "PS256", "EdDSA"]
    assert found["claims_parameter_supported"] is True
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    methods = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"]
    assert found["token_endpoint_auth_methods_supported"] == methods
    assert found["code_challenge_methods_supported"] == ["S256"]


async def test_the_documents_outlast_the_database(world: World) -> None:
    """Relying apps that check tokens go on during an outage."""
    await world.http.get(world.issuer.url("/jwks"))
    world.services.cache.distrust()
    await world.services.database.close()
    assert (await world.http.get(world.issuer.url("/jwks"))).status_code == 200


async def test_an_unadvertised_address_is_a_plain_404(world: World) -> None:
    """docs/architecture.md, relying apps: Grafana also calls userinfo + /emails."""
    assert (await world.http.get(world.issuer.url("/userinfo/emails"))).status_code == 404


# ── health ───────────────────────────────────────────────────────────────────


async def test_health_and_readiness(world: World) -> None:
    """The process, and database and keys; neither tells anything about anybody."""
    for path in ("/healthz", "/readyz"):
        answer = await world.http.get(world.issuer.url(path))
        assert (answer.status_code, answer.text) == (200, "ok\n")
        assert answer.headers["cache-control"] == "no-store"


async def test_without_a_database_the_process_lives_and_is_not_ready(world: World) -> None:
    """A load balancer sends nobody here; nobody restarts us."""
    await world.services.database.close()
    assert (await world.http.get(world.issuer.url("/healthz"))).status_code == 200
    answer = await world.http.get(world.issuer.url("/readyz"))
    assert (answer.status_code, answer.text) == (503, "missing: database\n")


async def test_metrics_are_not_there_for_everybody(world: World) -> None:
    """ASVS 13.4.5: on their own address alone."""
    assert (await world.http.get(world.issuer.url("/metrics"))).status_code == 404


async def test_metrics_count_by_names_of_ours(
    settings: Settings, clock: MovableClock, sockets: list[socket], issuer: Issuer
) -> None:
    """No label holds what a request brought; the address that the settings name is the one that answers."""
    listen = Address(host="localhost", port=sockets[0].getsockname()[1])
    async with (
        open_services(settings.model_copy(update={"metrics_listen": listen}), clock, os.urandom) as services,
        world_of(services, sockets, issuer, clock) as world,
    ):
        app = await world.app()
        await app.post("/token", {"grant_type": "password"})
        await app.introspect("x")
        await world.http.request("PATCH", world.issuer.url("/token"))
        await world.http.post(world.issuer.url("/token"), data={"client_id": "nobody"})
        found = (await world.http.get(world.issuer.url("/metrics"))).text
    assert 'idp_http_requests_total{method="POST",route="/token",status="400"} 1.0' in found
    assert 'idp_http_requests_total{method="other",route="/token",status="405"} 1.0' in found
    assert 'idp_client_authentication_failures_total{endpoint="token"} 1.0' in found
    assert "idp_configuration_cache_trusted 1.0" in found
    assert "PATCH" not in found
    assert "nobody" not in found


# ── scripts of other sites (O-11) ────────────────────────────────────────────


async def from_page(world: World, method: str, path: str, origin: str, **headers: str) -> httpx2.Response:
    return await world.http.request(method, world.issuer.url(path), headers={"Origin": origin, **headers})


@pytest.mark.parametrize("path", [OPENID, OAUTH, "/jwks"])
async def test_any_page_may_read_discovery_and_keys(world: World, path: str) -> None:
    answer = await from_page(world, "GET", path, "https://anywhere.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/revoke"])
async def test_pages_of_public_clients_may_call_and_read_errors_too(world: World, path: str) -> None:
    """Errors are for the app to act on: it must see invalid_grant and invalid_token."""
    await world.app("spa", "spa")
    asked = await from_page(world, "OPTIONS", path, SPA, **{"Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == SPA
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    answer = await from_page(world, "POST", path, SPA)
    assert answer.status_code in {400, 401}
    assert answer.headers["access-control-allow-origin"] == SPA
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://app.example.org:8443", "http://app.example.org", "null"]
)
async def test_other_pages_may_not(world: World, origin: str) -> None:
    await world.app("spa", "spa")
    await world.app("wiki", "web", Metadata(redirect_uris=("https://evil.example/callback",)))
    for method in ("OPTIONS", "POST"):
        answer = await from_page(world, method, "/token", origin)
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/introspect", "/healthz", "/readyz", "/metrics"])
async def test_no_page_may_call_what_is_for_servers(world: World, path: str) -> None:
    await world.app("spa", "spa")
    for method in ("OPTIONS", "GET", "POST"):
        answer = await from_page(world, method, path, SPA)
        assert "access-control-allow-origin" not in answer.headers


async def test_a_page_loses_its_right_with_its_client(world: World) -> None:
    """Read from memory, and forgotten when a client changes."""
    await world.warm(await world.app("spa", "spa"))
    assert "access-control-allow-origin" in (await from_page(world, "OPTIONS", "/token", SPA)).headers
    before = world.services.database.statements
    assert "access-control-allow-origin" in (await from_page(world, "OPTIONS", "/token", SPA)).headers
    assert world.services.database.statements == before
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.set_active(made, "spa", active=False)
    assert "access-control-allow-origin" not in (await from_page(world, "OPTIONS", "/token", SPA)).headers
