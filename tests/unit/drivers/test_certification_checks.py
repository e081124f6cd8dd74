"""The checks of the certification modules find what they are there to find: each is shown one fault at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.certification.claims import CLAIMS_OF_SCOPES, check_standard_claims, check_userinfo
from tests.certification.discovery import check_dynamic, check_flows, check_metadata
from tests.certification.tokens import (
    LOGOUT_EVENT,
    Expected,
    check_entropy,
    check_id_token,
    check_jwks,
    check_logout_token,
    half_hash,
)

ISSUER = "https://id.example.org"
AT = datetime(2031, 3, 5, 14, 5, 10, tzinfo=UTC)
NOW = int(AT.timestamp())
EXPECTED = Expected(
    issuer=ISSUER, client_id="wiki", at=AT, nonce="n", alg="ES256", access_token="secret", at_hash_required=True
)
CLAIMS: Mapping[str, Any] = {
    "iss": ISSUER,
    "sub": "somebody",
    "aud": "wiki",
    "iat": NOW,
    "exp": NOW + 300,
    "nonce": "n",
    "auth_time": NOW - 5,
    "acr": "2fa",
    "amr": ["pwd", "otp", "mfa"],
    "sid": "session",
    "at_hash": half_hash("secret", "ES256"),
}
LOGOUT: Mapping[str, Any] = {
    "iss": ISSUER,
    "sub": "somebody",
    "aud": "wiki",
    "iat": NOW,
    "exp": NOW + 120,
    "jti": "one",
    "sid": "session",
    "events": {LOGOUT_EVENT: {}},
}


@cache
def key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})


def jwks(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"keys": [dict(key().as_dict(private=False)) | changes]}


def signed(claims: Mapping[str, Any], **header: str) -> str:
    return jwt.encode({"alg": "ES256", "kid": "one", **header}, dict(claims), key())


def test_a_right_id_token_passes() -> None:
    assert check_id_token(signed(CLAIMS), jwks(), EXPECTED) == CLAIMS


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": f"{ISSUER}/"},
        {"aud": ["wiki", "shop"]},
        {"azp": "shop"},
        {"exp": NOW},
        {"iat": NOW - 301},
        {"iat": float(NOW)},
        {"sub": ""},
        {"sub": "ä"},
        {"sub": "s" * 256},
        {"nonce": "another"},
        {"acr": ""},
        {"amr": "otp"},
        {"auth_time": NOW + 1},
        {"auth_time": NOW - 400 * 24 * 3600},
        {"at_hash": half_hash("another", "ES256")},
        {"tenant": "blue"},
        {"name": "Somebody"},
    ],
    ids=str,
)
def test_a_wrong_id_token_does_not(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(AssertionError):
        check_id_token(signed({**CLAIMS, **wrong}), jwks(), EXPECTED)


@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "exp", "iat", "nonce", "at_hash"])
def test_an_id_token_that_leaves_something_out_does_not(missing: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        check_id_token(signed({name: CLAIMS[name] for name in CLAIMS if name != missing}), jwks(), EXPECTED)


@pytest.mark.parametrize(
    "expected",
    [
        replace(EXPECTED, nonce=None),
        replace(EXPECTED, alg="RS256"),
        replace(EXPECTED, code="a code whose hash is missing"),
        replace(EXPECTED, asked=("openid", "email")),
    ],
    ids=["nonce that nobody sent", "another algorithm", "c_hash missing", "scope claims missing"],
)
def test_what_was_asked_for_matters(expected: Expected) -> None:
    with pytest.raises((AssertionError, KeyError)):
        check_id_token(signed(CLAIMS), jwks(), expected)


def test_auth_time_is_missed_only_where_it_must_be() -> None:
    without = signed({name: CLAIMS[name] for name in CLAIMS if name != "auth_time"})
    check_id_token(without, jwks(), EXPECTED)
    with pytest.raises(AssertionError, match="auth_time"):
        check_id_token(without, jwks(), replace(EXPECTED, auth_time_required=True))


def test_a_token_of_an_unknown_key_does_not_pass() -> None:
    with pytest.raises(AssertionError, match="not in the JWK Set"):
        check_id_token(signed(CLAIMS, kid="two"), jwks(), EXPECTED)


@pytest.mark.parametrize(
    "fault",
    [{"kid": ""}, {"d": "AA"}, {"k": "AA"}, {"kty": "oct"}, {"crv": "P-192"}, {"alg": "HS256"}, {"x": "AA=="}],
    ids=str,
)
def test_a_bad_key_is_found(fault: Mapping[str, Any]) -> None:
    check_jwks(jwks())
    with pytest.raises(AssertionError):
        check_jwks(jwks(**fault))


def test_two_keys_of_one_kid_are_found() -> None:
    with pytest.raises(AssertionError, match="twice"):
        check_jwks({"keys": jwks()["keys"] * 2})


@pytest.mark.parametrize("weak", ["short", "a" * 64, "abcabcabcabcabcabc"])
def test_what_can_be_guessed_is_found(weak: str) -> None:
    check_entropy("dBjftJeZ4CVP-mB92K27uhbUJU1p1r", "a code")
    with pytest.raises(AssertionError):
        check_entropy(weak, "a code")


@pytest.mark.parametrize(
    "wrong",
    [
        {"events": {LOGOUT_EVENT: {}, "https://example.org/another": {}}},
        {"events": {LOGOUT_EVENT: {"why": "left"}}},
        {"nonce": "n"},
        {"sid": "another"},
        {"sub": "another"},
        {"jti": ""},
        {"exp": NOW},
        {"aud": "shop"},
    ],
    ids=str,
)
def test_a_wrong_logout_token_is_found(wrong: Mapping[str, Any]) -> None:
    check_logout_token(signed(LOGOUT, typ="logout+jwt"), jwks(), EXPECTED, CLAIMS)
    with pytest.raises(AssertionError):
        check_logout_token(signed({**LOGOUT, **wrong}, typ="logout+jwt"), jwks(), EXPECTED, CLAIMS)


def test_a_logout_token_is_no_other_jwt() -> None:
    with pytest.raises(AssertionError):
        check_logout_token(signed(LOGOUT), jwks(), EXPECTED, CLAIMS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": None},
        {"nickname": "null"},
        {"email_verified": "true"},
        {"updated_at": "1700000000"},
        {"updated_at": 1},
        {"birthdate": "19.1.1981"},
        {"address": {}},
        {"address": {"locality": ""}},
        {"address": "Springfield"},
        {"website": "http://example.org"},
    ],
    ids=str,
)
def test_a_malformed_claim_is_found(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(AssertionError):
        check_standard_claims(wrong)


def test_userinfo_holds_exactly_what_the_scopes_say() -> None:
    right = {"sub": "somebody", "email": "somebody@example.org", "email_verified": True}
    check_userinfo(right, sub="somebody", scope="openid email")
    assert len(CLAIMS_OF_SCOPES["profile"]) == 14
    for wrong in ({**right, "nickname": "S"}, {"sub": "somebody"}, {**right, "sub": "another"}):
        with pytest.raises(AssertionError):
            check_userinfo(wrong, sub="somebody", scope="openid email")


METADATA: Mapping[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "userinfo_endpoint": f"{ISSUER}/userinfo",
    "registration_endpoint": f"{ISSUER}/register",
    "jwks_uri": f"{ISSUER}/jwks",
    "scopes_supported": ["openid", "email"],
    "response_types_supported": ["code"],
    "response_modes_supported": ["query", "form_post"],
    "grant_types_supported": ["authorization_code", "refresh_token"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    "userinfo_signing_alg_values_supported": ["RS256"],
    "request_object_signing_alg_values_supported": ["RS256"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    "token_endpoint_auth_signing_alg_values_supported": ["RS256", "HS256"],
    "claims_supported": ["sub", "name", "email"],
    "code_challenge_methods_supported": ["S256"],
    "request_parameter_supported": True,
    "request_uri_parameter_supported": True,
    "ui_locales_supported": ["en", "de-CH"],
}
WELL_KNOWN = f"{ISSUER}/.well-known/openid-configuration"


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": f"{ISSUER}/"},
        {"issuer": "http://id.example.org"},
        {"issuer": f"{ISSUER}?a=b"},
        {"token_endpoint": "http://id.example.org/token"},
        {"odd_endpoint": "https://id.example.org/odd"},
        {"x_flavour": "vanilla"},
        {"jwks_uri": 7},
        {"request_parameter_supported": "true"},
        {"scopes_supported": "openid"},
        {"scopes_supported": ["email"]},
        {"scopes_supported": ["openid", 'e"mail']},
        {"response_types_supported": ["code", "magic"]},
        {"subject_types_supported": ["odd"]},
        {"id_token_signing_alg_values_supported": ["ES256"]},
        {"id_token_signing_alg_values_supported": ["RS256", "none"]},
        {"token_endpoint_auth_methods_supported": ["client_secret_basic"]},
        {"claims_supported": []},
        {"ui_locales_supported": ["en_US"]},
    ],
    ids=str,
)
def test_a_fault_of_the_metadata_is_found(wrong: Mapping[str, Any]) -> None:
    check_metadata(METADATA, WELL_KNOWN)
    with pytest.raises(AssertionError):
        check_metadata({**METADATA, **wrong}, WELL_KNOWN)


@pytest.mark.parametrize("missing", ["userinfo_endpoint", "jwks_uri", "request_uri_parameter_supported"])
def test_a_member_that_is_missing_is_found(missing: str) -> None:
    with pytest.raises(AssertionError):
        check_metadata({name: METADATA[name] for name in METADATA if name != missing}, WELL_KNOWN)


def test_only_what_the_configuration_allows_is_advertised() -> None:
    check_flows(METADATA, legacy=False)
    with pytest.raises(AssertionError):
        check_flows(METADATA, legacy=True)
    with pytest.raises(AssertionError):
        check_dynamic(METADATA)
