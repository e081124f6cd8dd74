"""The provider's metadata: OIDC Discovery 3, RFC 8414 2, RFC 9207 3; OpenID conformance; O-49."""

import json
from typing import cast

import pytest
from authlib.oidc import discovery, rpinitiated

from idp.oidc.metadata import WELL_KNOWN, provider_metadata
from idp.oidc.response_type import ResponseType
from idp.values.issuer import Issuer
from tests.unit.oidc.samples import ISSUER

DOCUMENT = provider_metadata(ISSUER, acr_values=("1fa", "2fa"))


def test_authlib_finds_nothing_wrong_with_it() -> None:
    metadata = discovery.OpenIDProviderMetadata(dict(DOCUMENT))
    metadata.validate(metadata_classes=[rpinitiated.OpenIDProviderMetadata])


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://id.example.org?x"},
        {"jwks_uri": None},
        {"subject_types_supported": ["x"]},
        {"id_token_signing_alg_values_supported": ["ES256"]},
        {"claims_parameter_supported": "no"},
        {"end_session_endpoint": "http://id.example.org/logout"},
    ],
)
def test_authlib_would_find_it(change: dict[str, object]) -> None:
    """Pins that the validator relied upon does validate."""
    metadata = discovery.OpenIDProviderMetadata({**DOCUMENT, **change})
    with pytest.raises(ValueError, match=next(iter(change))):
        metadata.validate(metadata_classes=[rpinitiated.OpenIDProviderMetadata])


def test_every_endpoint_is_below_the_issuer() -> None:
    """OpenID conformance; path issuers too."""
    document = provider_metadata(Issuer.parse("https://example.org/idp"), acr_values=("1fa",))
    endpoints = {name: value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))}
    assert {str(value).removeprefix("https://example.org/idp") for value in endpoints.values()} == {
        "/authorize",
        "/token",
        "/userinfo",
        "/jwks",
        "/introspect",
        "/revoke",
        "/register",
        "/logout",
    }
    assert document["issuer"] == "https://example.org/idp"


def test_what_is_supported_is_said_outright() -> None:
    """OIDC Discovery 3: the default of require_request_uri_registration is false, that of request_parameter as well."""
    supported = ("request_parameter_supported", "request_uri_parameter_supported", "require_request_uri_registration")
    assert all(DOCUMENT[name] is True for name in supported)
    assert DOCUMENT["request_object_signing_alg_values_supported"] == ["RS256", "ES256", "PS256", "EdDSA"]
    assert DOCUMENT["claims_parameter_supported"] is True
    assert DOCUMENT["authorization_response_iss_parameter_supported"] is True


def test_only_what_works_is_listed() -> None:
    assert DOCUMENT["response_types_supported"] == ["code"]
    assert DOCUMENT["response_modes_supported"] == ["query", "fragment", "form_post"]
    assert DOCUMENT["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    assert DOCUMENT["code_challenge_methods_supported"] == ["S256"]
    assert DOCUMENT["subject_types_supported"] == ["public", "pairwise"]
    assert DOCUMENT["prompt_values_supported"] == ["none", "login", "consent", "select_account"]
    assert DOCUMENT["acr_values_supported"] == ["1fa", "2fa"]
    assert DOCUMENT["display_values_supported"] == ["page", "popup", "touch"]
    absent = {"pushed_authorization_request_endpoint", "check_session_iframe"}
    assert not absent & set(DOCUMENT)


def test_legacy_response_types_are_listed_while_they_are_allowed() -> None:
    """O-07; OIDC Discovery 3: a dynamic provider must list code, id_token and `id_token token`."""
    document = provider_metadata(ISSUER, acr_values=("1fa", "2fa"), legacy=True)
    assert document["response_types_supported"] == list(ResponseType)
    assert document["grant_types_supported"] == [*cast("list[str]", DOCUMENT["grant_types_supported"]), "implicit"]
    changed = {name for name in document if document[name] != DOCUMENT.get(name)}
    assert changed == {"response_types_supported", "grant_types_supported", "claims_supported"}


def test_client_authentication_is_listed_endpoint_by_endpoint() -> None:
    """RFC 8414 2: revocation and introspection would default to client_secret_basic alone."""
    proving = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"]
    assert DOCUMENT["token_endpoint_auth_methods_supported"] == [*proving, "none"]
    assert DOCUMENT["revocation_endpoint_auth_methods_supported"] == [*proving, "none"]
    assert DOCUMENT["introspection_endpoint_auth_methods_supported"] == proving
    for endpoint in ("token", "revocation", "introspection"):
        algs = DOCUMENT[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert algs == ["HS256", "RS256", "ES256", "PS256", "EdDSA"]


def test_scopes_and_algorithms() -> None:
    """OpenID conformance: openid and RS256 are there."""
    assert DOCUMENT["scopes_supported"] == [
        "openid",
        "profile",
        "email",
        "address",
        "phone",
        "groups",
        "offline_access",
    ]
    german = provider_metadata(ISSUER, acr_values=("1fa",), ui_locales=("en", "de"))
    for name in ("id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported"):
        assert DOCUMENT[name] == ["RS256", "ES256", "PS256", "EdDSA"]
    assert german["ui_locales_supported"] == ["en", "de"]


def test_it_is_json_without_empty_lists() -> None:
    """RFC 8414 3.2: members with no values are left out."""
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT
    assert all(value not in ([], None, "") for value in DOCUMENT.values())


def test_both_addresses() -> None:
    assert WELL_KNOWN == ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
