"""What the suite checks of the provider's metadata (OIDC Discovery 3, RFC 8414 2). Warnings fail too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tests.certification.plans import EVERY_TYPE

STRINGS = frozenset(("issuer", "jwks_uri", "op_policy_uri", "op_tos_uri", "service_documentation"))
BOOLEANS = frozenset(
    (
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "require_request_uri_registration",
        "authorization_response_iss_parameter_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
    )
)
LISTS = frozenset(
    (
        "scopes_supported",
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "acr_values_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
        "userinfo_signing_alg_values_supported",
        "request_object_signing_alg_values_supported",
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
        "display_values_supported",
        "prompt_values_supported",
        "claim_types_supported",
        "claims_supported",
        "claims_locales_supported",
        "ui_locales_supported",
        "code_challenge_methods_supported",
    )
)
ENDPOINTS = frozenset(
    f"{name}_endpoint"
    for name in ("authorization", "token", "userinfo", "registration", "introspection", "revocation", "end_session")
)
SIGNING = frozenset(("RS256", "PS256", "ES256", "EdDSA"))
CODE_ONLY = frozenset(("code",))
GRANTS = frozenset(("authorization_code", "implicit"))
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")


def check_answer(response: httpx2.Response) -> dict[str, Any]:
    """OIDC Discovery 4.2."""
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == "application/json"
    found: dict[str, Any] = response.json()
    return found


def check_metadata(found: Mapping[str, Any], fetched_from: str) -> None:
    """Everything that any plan looks for; no member is there that no standard names."""
    _check_shape(found)
    _check_issuer(found["issuer"], fetched_from)
    for name in [each for each in found if each.endswith("_endpoint") or each == "jwks_uri"]:
        assert _is_https(found[name]), f"{name} is no https URL: {found[name]!r}"
    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"} <= found.keys()
    _check_vocabulary(found)
    _check_languages(found)


def _check_shape(found: Mapping[str, Any]) -> None:
    unknown = set(found) - STRINGS - BOOLEANS - LISTS - ENDPOINTS
    assert not unknown, f"members that no standard names: {sorted(unknown)}"
    assert all(isinstance(found[name], str) for name in (STRINGS | ENDPOINTS) & found.keys())
    assert all(isinstance(found[name], bool) for name in BOOLEANS & found.keys())
    for name in LISTS & found.keys():
        assert isinstance(found[name], list), f"{name} is no list"
        assert all(isinstance(each, str) and each for each in found[name])
        assert len(set(found[name])) == len(found[name]) > 0


def _check_issuer(issuer: str, fetched_from: str) -> None:
    parts = urlsplit(issuer)
    assert _is_https(issuer)
    assert "?" not in issuer
    assert "#" not in issuer
    assert parts.query == parts.fragment == ""
    assert fetched_from == issuer + "/.well-known/openid-configuration"


def _check_vocabulary(found: Mapping[str, Any]) -> None:
    assert set(found["subject_types_supported"]) <= {"public", "pairwise"}
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    for name in [each for each in LISTS & found.keys() if each.endswith("_signing_alg_values_supported")]:
        symmetric = {"HS256"} if "_endpoint_auth_" in name else set()
        assert set(found[name]) <= SIGNING | symmetric, f"{name}: {found[name]}"
    assert set(found["response_types_supported"]) <= set(EVERY_TYPE)
    assert "code" in found["response_types_supported"]
    assert all(SCOPE.fullmatch(scope) for scope in found["scopes_supported"])
    assert "openid" in found["scopes_supported"]
    assert {"sub", "name", "email"} <= set(found["claims_supported"])
    # Each of these two has a default of its own, and not the same one.
    assert "request_uri_parameter_supported" in found
    assert "request_parameter_supported" in found
    if "request_object_signing_alg_values_supported" in found:
        assert "RS256" in found["request_object_signing_alg_values_supported"]
    # Of the methods only client_secret_basic may go without saying.
    assert {"client_secret_basic", "client_secret_post"} <= set(found["token_endpoint_auth_methods_supported"])
    assert "S256" in found["code_challenge_methods_supported"]


def _check_languages(found: Mapping[str, Any]) -> None:
    for name in ("ui_locales_supported", "claims_locales_supported"):
        assert all(LANGUAGE.fullmatch(each) for each in found.get(name, ())), f"{name}: {found[name]}"


def check_flows(found: Mapping[str, Any], *, legacy: bool) -> None:
    """Response and grant types: exactly what the configuration of the provider allows."""
    types, grants = set(found["response_types_supported"]), set(found["grant_types_supported"])
    modes = set(found["response_modes_supported"])
    assert types == set(EVERY_TYPE if legacy else CODE_ONLY)
    assert {"authorization_code", "refresh_token"} <= grants
    assert ("implicit" in grants) is legacy
    assert {"query", "form_post"} <= modes


def check_dynamic(found: Mapping[str, Any]) -> None:
    """OIDC Core 15.2, Discovery 3: what a provider for any client has to offer."""
    assert {"code", "id_token", "id_token token"} <= set(found["response_types_supported"])
    assert set(found["grant_types_supported"]) >= GRANTS
    assert "registration_endpoint" in found
    assert "private_key_jwt" in found["token_endpoint_auth_methods_supported"]
    assert "RS256" in found["token_endpoint_auth_signing_alg_values_supported"]
    assert "RS256" in found["userinfo_signing_alg_values_supported"]
    assert found["request_uri_parameter_supported"] is True
    assert "RS256" in found["request_object_signing_alg_values_supported"]


def _is_https(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname)
