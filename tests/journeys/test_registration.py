"""Apps that register themselves over HTTP: RFC 7591, RFC 7592, OIDC Registration 1.0; O-53, O-54."""

from __future__ import annotations

from typing import Any

import pytest

from idp.storage import clients
from idp.values.ids import ClientId
from tests.drivers.registering import Registrar, bearing, registering
from tests.drivers.world import World

CALLBACK = "https://app.example.org/callback"
GOOD: dict[str, Any] = {"client_name": "App", "redirect_uris": [CALLBACK]}


@pytest.fixture
async def registrar(world: World) -> Registrar:
    """With a token good for a hundred."""
    return await registering(world.services, world.http)


async def registered(registrar: Registrar, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    answer = await registrar.register(**{**GOOD, **more})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_an_app_gets_all_it_needs_from_two_members(world: World, registrar: Registrar) -> None:
    """RFC 7591 3.2.1, certification B7: no scope, no grant types, and yet every standard scope."""
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
    stored = await clients.registered(world.services.database, ClientId(told["client_id"]))
    assert stored is not None
    assert not stored.require_pkce
    assert not stored.first_party
    assert stored.audiences == ()
    (event,) = await world.events("client_registered")
    assert event["client_id"] == told["client_id"]


async def test_nobody_registers_without_leave(world: World, registrar: Registrar) -> None:
    """O-53, RFC 7591 3, RFC 6750 3."""
    for headers in ({}, bearing("x" * 43), {"Authorization": "Basic YTpi"}):
        answer = await world.http.post(registrar.endpoint, json=GOOD, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_token"
        assert answer.headers["www-authenticate"].startswith('Bearer realm="registration"')
    assert len(await world.events("registration_refused")) >= 2
    assert await clients.listed(world.services.database) == []
