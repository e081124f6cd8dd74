"""Signing: what we write is read by joserfc; keys survive their export; nothing private is shown or published."""

import json
import warnings
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey, import_key
from joserfc.jws import JWSRegistry

from idp.keystore.compact import ALGORITHMS, Algorithm, jose_key
from idp.keystore.signing import SigningKey, import_private

CLAIMS = {"iss": "https://id.example.org", "sub": "żółw", "aud": ["a", "b"], "exp": 1, "nested": {"a": [1, True, None]}}


def read_by_joserfc(token: str, key: SigningKey) -> jwt.Token:
    """What an independent reader makes of the token; its warning about the name EdDSA is its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return jwt.decode(token, import_key(dict(key.public_jwk())), algorithms=[key.alg])


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_token_is_read_by_joserfc(alg: Algorithm, signing_keys: dict[Algorithm, SigningKey]) -> None:
    """RFC 7515 7.1, RFC 7519: header with alg, kid and typ alone; no warning on our side, EdDSA included."""
    key = signing_keys[alg]
    read = read_by_joserfc(key.sign(CLAIMS, "at+jwt"), key)
    assert read.header == {"alg": alg, "kid": key.kid, "typ": "at+jwt"}
    assert read.claims == CLAIMS


def test_the_header_is_spelt_in_one_way_for_ever(signing_keys: dict[Algorithm, SigningKey]) -> None:
    """Verifying compares these octets, so changing them would disown every token that is out."""
    key = signing_keys["ES256"]
    header = key.sign({}, "JWT").split(".")[0]
    padded = header + "=" * (-len(header) % 4)
    assert urlsafe_b64decode(padded) == b'{"alg":"ES256","kid":"%s","typ":"JWT"}' % key.kid.encode()


def test_an_es256_signature_is_64_octets_whatever_its_numbers(signing_keys: dict[Algorithm, SigningKey]) -> None:
    """RFC 7518 3.4: both numbers padded to 32 octets; among 3000 signatures some begin with a zero octet."""
    key, leading_zeros = signing_keys["ES256"], 0
    for number in range(3000):
        signature = urlsafe_b64decode(key.sign({"n": number}, "JWT").split(".")[2] + "==")
        assert len(signature) == 64
        leading_zeros += signature[0] == 0 or signature[32] == 0
    assert leading_zeros > 0


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_kid_is_the_thumbprint(alg: Algorithm, signing_keys: dict[Algorithm, SigningKey]) -> None:
    """RFC 7638."""
    key = signing_keys[alg]
    assert key.kid == import_key(dict(key.public_jwk())).thumbprint()


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_public_jwk_has_no_private_member(alg: Algorithm, signing_keys: dict[Algorithm, SigningKey]) -> None:
    """O-50: kid, use and alg set, nothing that only the holder may know."""
    jwk = signing_keys[alg].public_jwk()
    assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & jwk.keys()
    assert (jwk["use"], jwk["alg"], jwk["kid"]) == ("sig", alg, signing_keys[alg].kid)
    json.dumps(jwk)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_an_exported_key_signs_again(alg: Algorithm, signing_keys: dict[Algorithm, SigningKey]) -> None:
    key = signing_keys[alg]
    again = import_private(alg, key.export_private())
    assert again.kid == key.kid
    assert again.public_jwk() == key.public_jwk()
    assert read_by_joserfc(again.sign(CLAIMS, "JWT"), key).claims == CLAIMS


@pytest.mark.parametrize(
    ("alg", "other"), [("ES256", "RS256"), ("RS256", "ES256"), ("EdDSA", "ES256"), ("PS256", "EdDSA")]
)
def test_a_key_of_another_kind_is_refused(
    alg: Algorithm, other: Algorithm, signing_keys: dict[Algorithm, SigningKey]
) -> None:
    with pytest.raises(ValueError, match=f"is no key for {alg}"):
        import_private(alg, signing_keys[other].export_private())


def test_weak_foreign_and_broken_keys_are_refused() -> None:
    """FAPI 2 5.4: RSA of 2048 bits and more; ES256 is P-256 alone (RFC 7518 3.4)."""
    with pytest.raises(ValueError, match="is no key for RS256"):
        SigningKey.of("RS256", rsa.generate_private_key(65537, 1024))  # noqa: S505 - the test of just that
    with pytest.raises(ValueError, match="is no key for ES256"):
        SigningKey.of("ES256", ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(ValueError, match="is no key for ES256"):
        jose_key("ES256", "text")
    foreign = OKPKey.generate_key("X25519").private_key
    assert foreign is not None
    with pytest.raises(ValueError, match="is no key for EdDSA"):
        import_private("EdDSA", foreign.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match=r"."):
        import_private("ES256", b"garbage")


def test_a_signing_key_shows_its_kid_alone(signing_keys: dict[Algorithm, SigningKey]) -> None:
    for key in signing_keys.values():
        assert repr(key) == f"SigningKey(kid='{key.kid}', alg='{key.alg}')"


def test_claims_that_json_cannot_say_are_an_error(signing_keys: dict[Algorithm, SigningKey]) -> None:
    with pytest.raises(ValueError, match="JSON"):
        signing_keys["ES256"].sign({"n": float("nan")}, "JWT")
    with pytest.raises(TypeError):
        signing_keys["ES256"].sign({"n": object()}, "JWT")


def test_joserfc_gives_its_algorithm_models_by_name() -> None:
    """Pins what compact.py stands on: an undocumented attribute with sign and verify, which do not warn."""
    for alg in ALGORITHMS:
        model = JWSRegistry.algorithms[alg]
        assert model.name == alg
    key = OKPKey.generate_key("Ed25519")
    octets = JWSRegistry.algorithms["EdDSA"].sign(b"text", key)
    assert JWSRegistry.algorithms["EdDSA"].verify(b"text", octets, key)
    assert not JWSRegistry.algorithms["EdDSA"].verify(b"other", octets, key)


def test_joserfc_warns_on_the_name_eddsa() -> None:
    """Pins why the models are called directly: when this fails, read docs/decisions/0002-signing.md again."""
    with pytest.warns(SecurityWarning, match="EdDSA is deprecated"):
        jwt.encode({"alg": "EdDSA"}, {}, OKPKey.generate_key("Ed25519"), algorithms=["EdDSA"])
