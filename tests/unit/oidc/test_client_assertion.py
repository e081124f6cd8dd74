"""What a client assertion must say: RFC 7523 3, OIDC Core 9; O-24, V9.1.2, V9.2.2, V9.2.3."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from idp.oidc.client import AuthMethod, Client
from idp.oidc.client_assertion import LONGEST_LIFE, Endpoint, Once, accepted, maker_named
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.errors import InvalidClient
from idp.oidc.jwt_claims import LEEWAY, SIGNATURE_ALGS, UnverifiedJwt
from idp.values.secrets import Digest
from tests.unit.oidc.samples import ISSUER, NOW, WEB

SIGNING = replace(WEB, auth_method=AuthMethod.PRIVATE_KEY_JWT, secrets=())
SHARING = replace(WEB, auth_method=AuthMethod.CLIENT_SECRET_JWT)
GOOD: dict[str, object] = {
    "iss": "wiki",
    "sub": "wiki",
    "aud": str(ISSUER),
    "jti": "of-this-assertion",
    "exp": NOW.timestamp() + 60,
}


def changed(claim: str, value: object) -> UnverifiedJwt:
    """A good one with that claim; where it is None, without it."""
    return UnverifiedJwt(
        alg="ES256", typ=None, claims={k: v for k, v in (GOOD | {claim: value}).items() if v is not None}
    )


def assertion(alg: str = "ES256", typ: str | None = None, **claims: object) -> UnverifiedJwt:
    """A good one, changed; a claim that is None is left out."""
    return UnverifiedJwt(
        alg=alg, typ=typ, claims={name: value for name, value in (GOOD | claims).items() if value is not None}
    )


def refused(client: Client | None, jwt: UnverifiedJwt, endpoint: Endpoint = "token") -> str:
    """Why; the public text is always the same (RFC 6749 5.2)."""
    with pytest.raises(InvalidClient) as caught:
        accepted(client, jwt, ISSUER, endpoint, NOW)
    assert caught.value.body() == {"error": "invalid_client", "error_description": "client authentication failed"}
    assert caught.value.challenge is None
    return str(caught.value.detail)


def test_a_good_one_is_to_be_remembered_until_nobody_would_take_it_any_more() -> None:
    client, once = accepted(SIGNING, assertion(), ISSUER, "token", NOW)
    assert client is SIGNING
    digest = Digest(sha256(b"of-this-assertion").digest())
    assert once == Once(jti=digest, until=NOW + timedelta(seconds=60) + LEEWAY)


@pytest.mark.parametrize("alg", SIGNATURE_ALGS)
def test_a_client_with_keys_signs_with_any_algorithm_unless_it_registered_one(alg: str) -> None:
    """OIDC Registration 2: token_endpoint_auth_signing_alg."""
    assert accepted(SIGNING, assertion(alg), ISSUER, "token", NOW)
    bound = replace(SIGNING, metadata=ClientMetadata(token_endpoint_auth_signing_alg=alg))
    assert accepted(bound, assertion(alg), ISSUER, "token", NOW)
    for other in {*SIGNATURE_ALGS} - {alg}:
        assert refused(bound, assertion(other)) == "an algorithm that is not allowed"


@pytest.mark.parametrize("alg", ["none", "", "HS256", "HS512", "RS512", "ES384", "es256", "Ed25519"])
def test_keys_never_verify_what_is_unsigned_or_symmetric(alg: str) -> None:
    """V9.1.2: an allow-list."""
    assert refused(SIGNING, assertion(alg)) == "an algorithm that is not allowed"


@pytest.mark.parametrize("alg", ["none", "RS256", "ES256", "HS384"])
def test_a_shared_secret_makes_hs256_alone(alg: str) -> None:
    assert accepted(SHARING, assertion("HS256"), ISSUER, "token", NOW)
    assert refused(SHARING, assertion(alg)) == "an algorithm that is not allowed"


@pytest.mark.parametrize("method", [AuthMethod.CLIENT_SECRET_BASIC, AuthMethod.CLIENT_SECRET_POST, AuthMethod.NONE])
def test_the_registered_method_and_no_other(method: AuthMethod) -> None:
    """O-23."""
    assert refused(replace(SIGNING, auth_method=method), assertion()) == "a method that is not registered"


def test_unknown_and_disabled_clients() -> None:
    assert refused(None, assertion()) == "unknown client"
    assert refused(replace(SIGNING, active=False), assertion()) == "the client is disabled"


@pytest.mark.parametrize("typ", [None, "jwt", "client-authentication+jwt"])
def test_its_type_where_it_has_one(typ: str | None) -> None:
    assert accepted(SIGNING, assertion(typ=typ), ISSUER, "token", NOW)


@pytest.mark.parametrize("typ", ["at+jwt", "oauth-authz-req+jwt", "logout+jwt", "dpop+jwt", ""])
def test_a_jwt_made_for_something_else_is_none(typ: str) -> None:
    """V9.2.2, RFC 8725 3.11."""
    assert refused(SIGNING, assertion(typ=typ)) == "a JWT of another type"


@pytest.mark.parametrize("endpoint", ["token", "introspect", "revoke"])
def test_it_is_meant_for_the_issuer_the_token_endpoint_or_the_endpoint_itself(endpoint: Endpoint) -> None:
    """RFC 7523 3, OIDC Core 9."""
    for aud in (str(ISSUER), ISSUER.url("/token"), ISSUER.url(f"/{endpoint}"), ["https://other.example", str(ISSUER)]):
        assert accepted(SIGNING, assertion(aud=aud), ISSUER, endpoint, NOW)
    for aud in ("https://other.example", ISSUER.url("/authorize"), f"{ISSUER}/", []):
        assert "aud" in refused(SIGNING, assertion(aud=aud), endpoint)


def test_what_is_meant_for_introspection_opens_nothing_at_the_token_endpoint() -> None:
    assert "aud" in refused(SIGNING, assertion(aud=ISSUER.url("/introspect")))


@pytest.mark.parametrize(
    ("claim", "value", "detail"),
    [
        ("iss", None, "iss is not the client"),
        ("iss", "other", "iss is not the client"),
        ("sub", None, "sub is not the client"),
        ("sub", "other", "sub is not the client"),
        ("response_type", "code", "it is a request object"),
        ("redirect_uri", "https://wiki.example.org/cb", "it is a request object"),
        ("exp", None, "exp is missing"),
        ("exp", "soon", "exp is no number"),
        ("exp", NOW.timestamp() - 300, "it has expired"),
        ("exp", (NOW + LONGEST_LIFE + 2 * LEEWAY).timestamp(), "exp lies too far ahead"),
        ("exp", 1e300, "exp lies too far ahead"),
        ("nbf", NOW.timestamp() + 60, "nbf lies ahead"),
        ("iat", NOW.timestamp() + 60, "iat lies ahead"),
        ("jti", None, "jti is missing"),
        ("jti", "", "jti is missing"),
        ("jti", 5, "jti is missing"),
    ],
)
def test_every_fault_is_invalid_client(claim: str, value: object, detail: str) -> None:
    assert refused(SIGNING, changed(claim, value)) == f"assertion: {detail}"


def test_an_hour_is_not_too_far_ahead() -> None:
    """As some libraries make them."""
    assert accepted(SIGNING, assertion(exp=(NOW + LONGEST_LIFE).timestamp()), ISSUER, "token", NOW)


def test_a_jti_may_be_any_text() -> None:
    """JSON can say half a surrogate pair; UTF-8 cannot."""
    assert accepted(SIGNING, assertion(jti="\ud800"), ISSUER, "token", NOW)


def test_the_client_is_named_by_the_assertion() -> None:
    """RFC 7521 4.2: client_id is unnecessary, and must agree where it is sent."""
    assert maker_named(assertion(), None) == "wiki"
    assert maker_named(assertion(), "wiki") == "wiki"
    with pytest.raises(InvalidClient) as caught:
        maker_named(assertion(), "other")
    assert caught.value.detail == "client_id differs from the assertion"


@pytest.mark.parametrize("sub", [None, 5, ["wiki"], "wi\0ki", "wi\ud800ki", "wikí"])
def test_a_sub_that_names_no_client(sub: object) -> None:
    """Before it meets the database."""
    with pytest.raises(InvalidClient) as caught:
        maker_named(assertion(sub=sub), None)
    assert caught.value.detail == "the assertion names no client"
