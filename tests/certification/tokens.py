"""What the suite checks of signed things: JWK Sets, ID tokens, signed userinfo, logout tokens. Warnings fail too."""

from __future__ import annotations

import base64
import json
import math
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256, sha512
from typing import Any

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

from tests.certification.claims import CLAIMS_OF_SCOPES, check_standard_claims

PRIVATE_MEMBERS = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))
MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
CURVES = {"P-256", "P-384", "P-521", "Ed25519"}
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
HASHES = {"RS256": sha256, "PS256": sha256, "ES256": sha256, "EdDSA": sha512}
UNASKED = frozenset(
    ("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash")
) | {"nbf", "jti", "sid", "txn"}
"""Claims that an ID token may carry though nobody asked for them."""

LEAST_BITS = 96
LEAST_OCTETS = 16
SKEW_SECONDS = 300
YEAR_SECONDS = 366 * 24 * 3600
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


def check_jwks(document: Mapping[str, Any]) -> None:
    """RFC 7517 4 and 5, OIDC Core 10.1: public keys only, each with a kid of its own, nothing unknown, no padding."""
    keys = document["keys"]
    assert isinstance(keys, list)
    assert keys, "an empty JWK Set"
    kids = [key.get("kid") for key in keys]
    assert all(isinstance(kid, str) and kid for kid in kids), f"a key without kid: {kids}"
    assert len(set(kids)) == len(kids), f"a kid twice: {kids}"
    for key in keys:
        assert key["kty"] in MEMBERS, f"an unknown kty: {key}"
        assert not PRIVATE_MEMBERS & key.keys(), f"a private or symmetric member: {sorted(key)}"
        assert key.get("alg") in HASHES, f"an unknown alg: {key}"
        for name in MEMBERS[key["kty"]]:
            assert BASE64URL.fullmatch(key[name]), f"{name} is no unpadded base64url: {key}"
        assert key.get("crv", "P-256") in CURVES, f"an unknown curve: {key}"
        if key["kty"] == "RSA":
            assert len(base64.urlsafe_b64decode(key["n"] + "==")) * 8 >= 2048


def check_entropy(value: str, what: str) -> None:
    """RFC 6749 10.10 as the suite measures it: 16 octets, and 96 bits of Shannon entropy over the characters."""
    assert len(value) >= LEAST_OCTETS, f"{what} has {len(value)} characters"
    counts = Counter(value)
    per_character = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    assert per_character * len(value) >= LEAST_BITS, f"{what} has {per_character * len(value):.0f} bits"


def half_hash(value: str, alg: str) -> str:
    """OIDC Core 3.1.3.6: the left half of the hash that belongs to the signature's algorithm."""
    digest = HASHES[alg](value.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def header_of(token: str) -> dict[str, Any]:
    """The JOSE header, unverified."""
    head = token.split(".", maxsplit=1)[0]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return found


def verified(token: str, jwks: Mapping[str, Any], alg: str) -> dict[str, Any]:
    """The claims, by the one published key that the header names, under exactly this algorithm."""
    header = header_of(token)
    assert header["alg"] == alg, f"signed {header['alg']}, not {alg}"
    named = [key for key in jwks["keys"] if key["kid"] == header["kid"]]
    assert len(named) == 1, f"kid {header['kid']} is not in the JWK Set"
    with warnings.catch_warnings():  # joserfc would rather have EdDSA called Ed25519, as RFC 9864 does
        warnings.simplefilter("ignore", SecurityWarning)
        return dict(jwt.decode(token, KeySet.import_key_set({"keys": named}), algorithms=[alg]).claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an ID token has to say."""

    issuer: str
    client_id: str
    at: datetime
    nonce: str | None
    """As sent; None: then none may stand there."""
    alg: str = "RS256"
    code: str | None = None
    """Of the same response: then c_hash must be there, and right."""
    access_token: str | None = None
    """Of the same response."""
    at_hash_required: bool = False
    asked: Sequence[str] = ()
    """Scopes whose claims belong into this very token: there is no access token to read them with."""
    claims: Sequence[str] = ()
    """Asked for by the parameter `claims`."""
    auth_time_required: bool = False


def check_id_token(token: str, jwks: Mapping[str, Any], expected: Expected) -> dict[str, Any]:
    """OIDC Core 2, 3.1.3.7, 3.2.2.10, 3.3.2.11: the claims of an ID token in which nothing is wrong or unasked."""
    claims = verified(token, jwks, expected.alg)
    now = int(expected.at.timestamp())
    assert claims["iss"] == expected.issuer
    assert claims["aud"] in (expected.client_id, [expected.client_id])
    assert "azp" not in claims or claims["azp"] == expected.client_id
    assert type(claims["exp"]) is type(claims["iat"]) is int
    assert claims["exp"] > now
    assert abs(now - claims["iat"]) <= SKEW_SECONDS
    assert 0 < len(claims["sub"]) <= 255
    assert claims["sub"].isascii()
    assert claims["sub"].isprintable()
    assert claims.get("nonce") == expected.nonce
    _check_sign_in(claims, now, required=expected.auth_time_required)
    _check_hashes(claims, expected)
    scoped = {claim for scope in expected.asked for claim in CLAIMS_OF_SCOPES.get(scope, ())}
    assert set(claims) <= UNASKED | scoped | set(expected.claims), f"unasked: {sorted(set(claims) - UNASKED)}"
    check_standard_claims(claims)
    assert scoped <= set(claims), f"missing: {sorted(scoped - set(claims))}"
    return claims


def _check_sign_in(claims: Mapping[str, Any], now: int, *, required: bool) -> None:
    if "acr" in claims:
        assert isinstance(claims["acr"], str)
        assert claims["acr"]
    if "amr" in claims:
        assert isinstance(claims["amr"], list)
        assert all(isinstance(each, str) for each in claims["amr"])
    assert "auth_time" in claims or not required, "auth_time is missing"
    if "auth_time" in claims:
        assert type(claims["auth_time"]) is int
        assert now - YEAR_SECONDS < claims["auth_time"] <= now


def _check_hashes(claims: Mapping[str, Any], expected: Expected) -> None:
    if expected.code is not None:
        assert claims["c_hash"] == half_hash(expected.code, expected.alg)
    if expected.at_hash_required or "at_hash" in claims:
        assert expected.access_token is not None
        assert claims["at_hash"] == half_hash(expected.access_token, expected.alg)


def check_logout_token(
    token: str, jwks: Mapping[str, Any], expected: Expected, id_token: Mapping[str, Any]
) -> dict[str, Any]:
    """Back-Channel Logout 2.4: about the sign-in of this ID token, never an ID token itself."""
    claims = verified(token, jwks, expected.alg)
    assert header_of(token)["typ"] == "logout+jwt"  # so that nobody takes it for an ID token
    now = int(expected.at.timestamp())
    assert claims["iss"] == expected.issuer
    assert claims["aud"] in (expected.client_id, [expected.client_id])
    assert type(claims["iat"]) is int
    assert abs(now - claims["iat"]) <= SKEW_SECONDS
    assert claims["exp"] > now
    assert claims["jti"]
    assert claims["events"] == {LOGOUT_EVENT: {}}
    assert claims["sub"] == id_token["sub"]
    assert claims["sid"] == id_token["sid"]
    assert "nonce" not in claims
    return claims
