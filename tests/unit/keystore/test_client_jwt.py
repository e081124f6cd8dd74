"""JWTs of clients: what is read of them, which keys verify them, which keys may be registered; RFC 7515, 7517, 8725."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt as jose
from joserfc.jwk import ECKey, RSAKey

from idp.keystore.client_jwt import LONGEST, ClientJwt, InvalidClientJwt
from idp.keystore.client_keys import MOST_TRIES, ClientKeySet
from idp.oidc.jwk_set import MOST_KEYS, MOST_OCTETS
from idp.oidc.jwt_claims import SIGNATURE_ALGS
from tests.drivers.client_signer import ClientSigner, Members, encoded, number, public_jwk, rsa_key

CLAIMS: Members = {"iss": "robot", "n": 1}
SIGNERS = {alg: ClientSigner.of(alg) for alg in SIGNATURE_ALGS}
ES256, RS256 = SIGNERS["ES256"], SIGNERS["RS256"]
TEXTS = st.text(max_size=40) | st.text("abcXYZ019_-.=+/", max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def unreadable(text: str) -> str:
    """Why it is no JWT."""
    with pytest.raises(InvalidClientJwt) as caught:
        ClientJwt.parse(text)
    return str(caught.value)


def verified(text: str, *jwks: Members) -> bool:
    """By these keys."""
    return ClientKeySet.of(jwks).verifies(ClientJwt.parse(text))


@pytest.mark.parametrize("alg", SIGNATURE_ALGS)
def test_a_signature_of_each_algorithm_holds_under_its_key_alone(alg: str) -> None:
    signer = SIGNERS[alg]
    read = ClientJwt.parse(signer.jwt(CLAIMS))
    assert (read.alg, read.kid, read.typ, read.claims) == (alg, None, None, CLAIMS)
    everybody = [each.jwk for each in SIGNERS.values()]
    assert ClientKeySet.of(everybody).verifies(read)
    assert not ClientKeySet.of([jwk for jwk in everybody if jwk["kty"] != signer.jwk["kty"]]).verifies(read)


@pytest.mark.parametrize("alg", SIGNATURE_ALGS)
@pytest.mark.parametrize("segment", [0, 1, 2])
def test_what_was_altered_does_not_hold(alg: str, segment: int) -> None:
    signer = SIGNERS[alg]
    parts = signer.jwt(CLAIMS).split(".")
    parts[segment] = SIGNERS[alg].jwt({**CLAIMS, "n": 2}, {"x": 1}).split(".")[segment]
    assert not verified(".".join(parts), signer.jwk)


@pytest.mark.parametrize("octets", [b"", b"\0", b"\0" * 64, b"\xff" * 64, b"\0" * 256, b"\xff" * 256, b"x" * 9000])
@pytest.mark.parametrize("alg", SIGNATURE_ALGS)
def test_odd_signatures_do_not_hold(alg: str, octets: bytes) -> None:
    """CVE-2022-21449: zeros are no signature."""
    header, payload, _ = SIGNERS[alg].jwt(CLAIMS).split(".")
    assert not verified(f"{header}.{payload}.{encoded(octets)}", SIGNERS[alg].jwk)


def test_what_an_independent_library_signs_holds() -> None:
    """The encoder of joserfc, header and all."""
    key = ECKey.generate_key("P-256", {"kid": "one"})
    token = jose.encode({"alg": "ES256", "kid": "one"}, CLAIMS, key, algorithms=["ES256"])
    assert verified(token, dict(key.as_dict(private=False)))
    large = RSAKey.import_key(rsa_key())
    token = jose.encode({"alg": "PS256"}, CLAIMS, large, algorithms=["PS256"])
    assert verified(token, dict(large.as_dict(private=False)))


def test_a_shared_secret() -> None:
    """RFC 7518 3.2: HS256 alone, with the very octets."""
    read = ClientJwt.parse(ClientSigner.with_secret("s" * 43).jwt(CLAIMS))
    assert read.signed_with(b"s" * 43)
    assert not read.signed_with(b"t" * 43)
    other = ClientSigner(alg="HS512", key=b"s" * 43)
    assert not ClientJwt.parse(other.jwt(CLAIMS)).signed_with(b"s" * 43)


def test_a_public_key_is_no_secret() -> None:
    """RFC 8725 2.1: the classic confusion of algorithms."""
    forged = ClientSigner(alg="HS256", key=json.dumps(RS256.jwk).encode())
    assert not verified(forged.jwt(CLAIMS), RS256.jwk)
    assert not verified(forged.jwt(CLAIMS, {"alg": "RS256"}), RS256.jwk)


@pytest.mark.parametrize("alg", ["none", "None", "", "HS256", "RS384", "ES384", "EdDSA"])
def test_another_algorithm_in_the_header_does_not_hold(alg: str) -> None:
    header, payload, _ = ES256.jwt(CLAIMS, {"alg": alg}).split(".")
    assert not verified(f"{header}.{payload}.", ES256.jwk)
    assert not verified(ES256.jwt(CLAIMS, {"alg": alg}), ES256.jwk)


@pytest.mark.parametrize("name", ["jku", "x5u"])
def test_keys_in_the_header_are_not_looked_at(name: str) -> None:
    """V9.1.2, RFC 8725 3.10."""
    stranger = ClientSigner.of("ES256")
    assert not verified(stranger.jwt(CLAIMS, {"jwk": stranger.jwk, name: "https://evil.example/jwks"}), ES256.jwk)
    assert verified(ES256.jwt(CLAIMS, {"jwk": stranger.jwk, name: 5}), ES256.jwk)


@pytest.mark.parametrize(
    ("typ", "read"),
    [
        ("JWT", "jwt"),
        ("jwt", "jwt"),
        ("application/oauth-authz-req+jwt", "oauth-authz-req+jwt"),
        ("Client-Authentication+JWT", "client-authentication+jwt"),
        ("", ""),
        (None, None),
    ],
)
def test_the_type_is_a_media_type(typ: str | None, read: str | None) -> None:
    """RFC 7515 4.1.9."""
    assert ClientJwt.parse(ES256.jwt(CLAIMS, {"typ": typ})).typ == read


@pytest.mark.parametrize(
    ("header", "payload", "why"),
    [
        (b"x", b"{}", "the header of the JWT is not JSON"),
        (b"[]", b"{}", "the header of the JWT is not an object"),
        (b'"RS256"', b"{}", "the header of the JWT is not an object"),
        (b'{"alg":"RS256","alg":"none"}', b"{}", "the header of the JWT is not JSON"),
        (b'{"alg":5}', b"{}", "alg of the JWT is no text"),
        (b'{"alg":"RS256","kid":[]}', b"{}", "kid of the JWT is no text"),
        (b'{"alg":"RS256","typ":{}}', b"{}", "typ of the JWT is no text"),
        (b'{"alg":"RS256","crit":["b64"],"b64":false}', b"{}", "the JWT has critical extensions"),
        (b'{"alg":"RS256","crit":[]}', b"{}", "the JWT has critical extensions"),
        (b'{"alg":"RS256"}', b"x", "the payload of the JWT is not JSON"),
        (b'{"alg":"RS256"}', b"[]", "the payload of the JWT is not an object"),
        (b'{"alg":"RS256"}', b'{"exp":1,"exp":2}', "the payload of the JWT is not JSON"),
        (b'{"alg":"RS256"}', b'{"exp":NaN}', "the payload of the JWT is not JSON"),
        (b'{"alg":"RS256"}', b'{"exp":-Infinity}', "the payload of the JWT is not JSON"),
        (b'{"alg":"RS256"}', b'{"exp":' + b"9" * 5000 + b"}", "the payload of the JWT is not JSON"),
        (b'{"alg":"RS256"}', b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "the payload of the JWT is not JSON"),
        (b'{"alg":"RS256"}', b'{"a":"\xff"}', "the payload of the JWT is not JSON"),
        (b'{"a":' + b"[" * 20_000, b"{}", "the header of the JWT is not JSON"),
    ],
)
def test_what_is_read_strictly(header: bytes, payload: bytes, why: str) -> None:
    """Also under a true signature: RFC 7515 4, RFC 7519 4, 7.2."""
    assert unreadable(ES256.signed(header, payload)) == why


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b", "a.b.c.d", "a.b.c.d.e", "é.b.c", "e30 .e30.", "e30=.e30.", "e30.e30.?"]
)
def test_what_is_no_compact_serialization(text: str) -> None:
    """RFC 7515 7.1; five segments would be an encrypted one."""
    assert unreadable(text)


def test_a_long_one_is_not_read() -> None:
    assert "too long" in unreadable("a" * (LONGEST + 1))


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_breaks_the_reading(first: str, second: str, third: str) -> None:
    with suppress(InvalidClientJwt):
        ClientJwt.parse(f"{first}.{second}.{third}")


@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "jwk"]), JSON), JSON)
def test_no_json_breaks_the_reading(header: Members, payload: object) -> None:
    text = ES256.signed(json.dumps(header).encode(), json.dumps(payload).encode())
    with suppress(InvalidClientJwt):
        assert isinstance(verified(text, ES256.jwk, RS256.jwk), bool)


def test_a_kid_chooses_among_keys() -> None:
    one, two = ClientSigner.of("ES256", "one"), ClientSigner.of("ES256", "two")
    assert verified(two.jwt(CLAIMS), one.jwk, two.jwk)
    assert not verified(two.jwt(CLAIMS, {"kid": "one"}), one.jwk, two.jwk)
    assert not verified(two.jwt(CLAIMS, {"kid": "three"}), one.jwk, two.jwk)


def test_neither_the_key_nor_the_jwt_needs_a_kid() -> None:
    """OIDC Core 10.1: only where there are several keys."""
    named, nameless = ClientSigner.of("ES256", "one"), ClientSigner.of("ES256")
    assert verified(nameless.jwt(CLAIMS), nameless.jwk)
    assert verified(nameless.jwt(CLAIMS, {"kid": "of-another-name"}), nameless.jwk)
    assert verified(named.jwt(CLAIMS, {"kid": None}), nameless.jwk, named.jwk)


def test_only_so_many_keys_are_tried() -> None:
    """What a forged JWT costs is bounded."""
    others = [ClientSigner.of("ES256").jwk for _ in range(MOST_TRIES)]
    assert verified(ES256.jwt(CLAIMS), *others[1:], ES256.jwk)
    assert not verified(ES256.jwt(CLAIMS), *others, ES256.jwk)


SMALL = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is to be refused
P384 = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
MODULUS = rsa_key().public_key().public_numbers().n

UNFIT: list[Members] = [
    {},
    {"kty": "unknown"},
    {"kty": 5},
    {"kty": ["RSA"]},
    {"kty": "oct", "k": "c2VjcmV0"},
    {"kty": "RSA"},
    {"kty": "RSA", "n": 5, "e": "AQAB"},
    {"kty": "RSA", "n": "é", "e": "AQAB"},
    {"kty": "RSA", "n": "", "e": ""},
    {"kty": "RSA", "n": number(MODULUS), "e": "AA"},
    {"kty": "RSA", "n": number(MODULUS), "e": number(2**32 + 1)},
    {"kty": "RSA", "n": number(MODULUS), "e": number(MODULUS - 2)},
    {"kty": "RSA", "n": number(2**4096 + 1), "e": "AQAB"},
    {"kty": "RSA", "n": number(2**16383 + 1), "e": "AQAB"},
    public_jwk(SMALL),
    {**RS256.jwk, "d": "AQAB"},
    {**RS256.jwk, "use": "enc"},
    {**RS256.jwk, "use": ["sig"]},
    {**RS256.jwk, "alg": "RS512"},
    {**RS256.jwk, "alg": "ES256"},
    {**RS256.jwk, "key_ops": ["encrypt"]},
    {**RS256.jwk, "key_ops": "verify"},
    {**RS256.jwk, "kid": 5},
    {"kty": "EC", "crv": "P-384", "x": number(P384.x, 48), "y": number(P384.y, 48)},
    {**ES256.jwk, "y": number(1, 32)},
    {**ES256.jwk, "crv": "secp256k1"},
    {**ES256.jwk, "crv": "P-999"},
    {"kty": "OKP", "crv": "X25519", "x": SIGNERS["EdDSA"].jwk["x"]},
    {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"},
]


@pytest.mark.parametrize("jwk", UNFIT)
def test_what_verifies_nothing_is_skipped(jwk: Members) -> None:
    """RFC 7517 5: the others of the set still do."""
    assert ClientKeySet.of([jwk]).keys == ()
    assert verified(ES256.jwt(CLAIMS), jwk, ES256.jwk)


@given(st.dictionaries(st.sampled_from(["kty", "n", "e", "crv", "x", "y", "use", "alg", "key_ops", "kid"]), JSON))
def test_no_jwk_breaks_the_reading(jwk: Members) -> None:
    ClientKeySet.of([jwk, {**RS256.jwk, **jwk}, {**ES256.jwk, **jwk}])


def test_a_key_says_what_it_may_be_used_with() -> None:
    """RFC 7517 4.2 to 4.4."""
    fit = {**rsa_jwk(), "alg": "PS256", "use": "sig", "key_ops": ["verify"]}
    assert verified(SIGNERS["PS256"].jwt(CLAIMS), fit)
    assert not verified(RS256.jwt(CLAIMS), fit)


def rsa_jwk() -> Members:
    return public_jwk(rsa_key())


def test_rsa_keys_of_4096_bits_are_taken() -> None:
    large = ClientSigner(alg="RS256", key=rsa_key(4096))
    assert verified(large.jwt(CLAIMS), large.jwk)


def test_a_fetched_set() -> None:
    body = json.dumps({"keys": [ES256.jwk, {"kty": "new"}], "more": 1}).encode()
    assert ClientKeySet.parse(body).verifies(ClientJwt.parse(ES256.jwt(CLAIMS)))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<!DOCTYPE html>", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 50_000, "no JSON"),
        (b"", "no JSON"),
        (b"[]", "no JWK Set"),
        (b'{"keys": {}}', "no JWK Set"),
        (b'{"keys": [5]}', "no JWK Set"),
        (b" " * (MOST_OCTETS + 1), "too large"),
        (json.dumps({"keys": [{}] * (MOST_KEYS + 1)}).encode(), "more than 50 keys"),
    ],
)
def test_what_is_no_set(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ClientKeySet.parse(body)
