"""Dynamic registration as the suite does it (OIDC Registration 3, RFC 7591, RFC 7592), and how it checks answers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx2
from joserfc.jwk import RSAKey

from tests.certification.plans import PRIVATE_KEY, Run
from tests.certification.relying_party import Site
from tests.certification.suite import Party, Suite


@cache
def client_key() -> RSAKey:
    """The suite's key in its clients' `jwks`, without a kid."""
    return RSAKey.generate_key(2048, {"alg": "RS256", "use": "sig"}, auto_kid=False)


@cache
def named_key(kid: str) -> RSAKey:
    """One with a kid, for clients whose keys change."""
    return RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256", "use": "sig"})


def public(key: RSAKey) -> dict[str, Any]:
    """Its JWK, public members only."""
    return dict(key.as_dict(private=False))


def grant_types(response_type: str) -> list[str]:
    """OIDC Registration 2: what goes with the response type."""
    words = response_type.split()
    code = ["authorization_code"] if "code" in words else []
    return code + (["implicit"] if {"id_token", "token"} & set(words) else [])


def usual_metadata(run: Run, site: Site) -> dict[str, Any]:
    """What the suite registers for most modules: no scope, no refresh_token, a key without kid."""
    place = f"/dynamic/{secrets.token_urlsafe(6)}"
    return {
        "client_name": f"oidc-certification {run.module}"[:100],
        "contacts": ["certification@example.org"],
        "redirect_uris": [site.url(f"{place}/callback")],
        "post_logout_redirect_uris": [site.url(f"{place}/signed-out")],
        "response_types": [run.response_type],
        "grant_types": grant_types(run.response_type),
        "token_endpoint_auth_method": run.auth,
        "jwks": {"keys": [public(client_key())]},
    }


async def send(suite: Suite, metadata: Mapping[str, Any]) -> httpx2.Response:
    """POST to the registration endpoint, with an initial access token where registration is not open."""
    headers = {"Accept": "application/json", "Accept-Charset": "utf-8"}
    if suite.initial_access_token:
        headers["Authorization"] = f"Bearer {suite.initial_access_token}"
    return await suite.http.post(suite.metadata["registration_endpoint"], json=metadata, headers=headers)


async def register(suite: Suite, run: Run, metadata: Mapping[str, Any]) -> Party:
    """Register a client; anything but success fails."""
    answer = registered(await send(suite, metadata), metadata)
    return Party(
        client_id=answer["client_id"],
        client_secret=answer.get("client_secret"),
        auth=run.auth,
        redirect_uri=metadata["redirect_uris"][0],
        post_logout_redirect_uri=metadata["post_logout_redirect_uris"][0],
        registration=answer,
    )


def registered(response: httpx2.Response, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """RFC 7591 3.2.1, OIDC Registration 3.2: 201, and all that was asked for stands there as it was asked for."""
    assert response.status_code == 201, response.text
    assert response.headers["content-type"].split(";")[0] == "application/json"
    assert "no-store" in response.headers["cache-control"]
    answer: dict[str, Any] = response.json()
    assert answer["client_id"]
    assert ("client_secret" in answer) is (metadata["token_endpoint_auth_method"] != PRIVATE_KEY)
    if "client_secret" in answer:
        assert type(answer["client_secret_expires_at"]) is int
    assert ("registration_client_uri" in answer) is ("registration_access_token" in answer) is True
    assert answer["registration_client_uri"].startswith("https://")
    for name in metadata:
        assert answer[name] == metadata[name], f"{name} was changed to {answer.get(name)!r}"
    return answer


def refused(response: httpx2.Response, *codes: str) -> dict[str, Any]:
    """RFC 7591 3.2.2."""
    assert response.status_code == 400, response.text
    assert response.headers["content-type"].split(";")[0] == "application/json"
    answer: dict[str, Any] = response.json()
    assert answer["error"] in codes
    assert set(answer) <= {"error", "error_description"}
    return answer


async def read(suite: Suite, party: Party) -> dict[str, Any]:
    """RFC 7592 2.1."""
    response = await _managed(suite, party, "GET")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].split(";")[0] == "application/json"
    answer: dict[str, Any] = response.json()
    return answer


async def unregister(suite: Suite, party: Party) -> None:
    """RFC 7592 2.3, as every module does at its end."""
    response = await _managed(suite, party, "DELETE")
    assert response.status_code == 204, response.text
    assert response.content == b""


async def _managed(suite: Suite, party: Party, method: str) -> httpx2.Response:
    token = party.registration["registration_access_token"]
    uri: str = party.registration["registration_client_uri"]
    return await suite.http.request(method, uri, headers={"Authorization": f"Bearer {token}"})
