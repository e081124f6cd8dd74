"""Verifying: our own tokens of the expected type under published keys, and nothing else whatsoever."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from idp.keystore.compact import ALGORITHMS, Algorithm, segment, signature
from idp.keystore.signing import SigningKey, generate, import_private
from idp.keystore.verifying import InvalidJwt, SeenTokens, VerifyingKey, verify

CLAIMS = {"sub": "alice", "exp": 1}
NATIVE = ec.generate_private_key(ec.SECP256R1())
JOSE = ECKey.import_key(NATIVE)
KEY = SigningKey.of("ES256", NATIVE)
TOKEN = KEY.sign(CLAIMS, "at+jwt")


def public(*keys: SigningKey) -> tuple[VerifyingKey, ...]:
    """The public halves."""
    return tuple(VerifyingKey.from_jwk(key.kid, key.alg, key.public_jwk()) for key in keys)


KEYS = public(KEY)


def refused(
    token: str, keys: tuple[VerifyingKey, ...] = KEYS, typ: str = "at+jwt", seen: SeenTokens | None = None
) -> str:
    """Why the token is refused."""
    with pytest.raises(InvalidJwt) as error:
        verify(token, keys, algs=ALGORITHMS, typ=typ, seen=seen)
    return str(error.value)


def forged(header: dict[str, object], tail: bytes = b"") -> str:
    """A token of any header, with any octets for a signature."""
    parts = (json.dumps(header, separators=(",", ":")).encode(), json.dumps(CLAIMS).encode(), tail)
    return ".".join(segment(part).decode() for part in parts)


def signed(signing_input: bytes) -> str:
    """Any first two segments under a true signature of our key."""
    return (signing_input + b"." + segment(signature("ES256", JOSE, signing_input))).decode()


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_our_own_token_gives_its_claims(alg: Algorithm, signing_keys: dict[Algorithm, SigningKey]) -> None:
    """Expired ones too: expiry is the caller's to judge, and a hint may be old (RP-Initiated Logout 2)."""
    keys = public(*signing_keys.values())
    token = signing_keys[alg].sign(CLAIMS, "at+jwt")
    assert verify(token, keys, algs=[alg], typ="at+jwt") == CLAIMS


def test_an_algorithm_outside_the_allow_list_is_refused() -> None:
    """ASVS 9.1.2."""
    with pytest.raises(InvalidJwt):
        verify(TOKEN, KEYS, algs=["RS256", "EdDSA"], typ="at+jwt")


def test_a_token_of_another_type_is_refused() -> None:
    """RFC 8725 3.11, ASVS 9.2.2: ID token, access token and logout token are not interchangeable."""
    for typ in ("JWT", "logout+jwt", "AT+JWT", ""):
        assert "no header" in refused(KEY.sign(CLAIMS, typ))
        assert "no header" in refused(TOKEN, typ=typ)


def test_a_key_that_is_not_published_verifies_nothing() -> None:
    other = generate("ES256")
    assert "no header" in refused(other.sign(CLAIMS, "at+jwt"))
    assert "no header" in refused(TOKEN, keys=public(other))
    assert "no header" in refused(TOKEN, keys=())


def test_none_is_no_algorithm() -> None:
    """RFC 8725 3.1: with and without the key's id, in any spelling, with the true signature kept or dropped."""
    true_one = base64.urlsafe_b64decode(TOKEN.split(".")[2] + "==")
    for alg in ("none", "None", "NONE", ""):
        for tail in (b"", true_one):
            refused(forged({"alg": alg, "kid": KEY.kid, "typ": "at+jwt"}, tail))
            refused(forged({"alg": alg}, tail))


def test_the_public_key_is_no_hmac_secret() -> None:
    """RFC 8725 2.1: HS256 keyed with each form of the public key."""
    jwk = KEY.public_jwk()
    key = ECKey.import_key(dict(jwk))
    for secret in (key.as_pem(), key.as_der(), json.dumps(dict(jwk)).encode()):
        header = {"alg": "HS256", "kid": KEY.kid, "typ": "at+jwt"}
        oct_key = OctKey.import_key(base64.urlsafe_b64encode(secret).decode())
        refused(jwt.encode(header, CLAIMS, oct_key, algorithms=["HS256"]))


def test_a_kid_of_another_algorithm_is_refused(signing_keys: dict[Algorithm, SigningKey]) -> None:
    """An ES256 signature under the header of an RS256 key, and under the kid of one with alg ES256."""
    rsa = signing_keys["RS256"]
    keys = public(KEY, rsa)
    _, payload, tail = TOKEN.split(".")
    rsa_header = rsa.sign({}, "at+jwt").split(".")[0]
    assert refused(f"{rsa_header}.{payload}.{tail}", keys) == "the signature does not match"
    es256 = segment(json.dumps({"alg": "ES256", "kid": rsa.kid, "typ": "at+jwt"}, separators=(",", ":")).encode())
    assert "no header" in refused(f"{es256.decode()}.{payload}.{tail}", keys)


def test_rs256_and_ps256_are_not_interchangeable(signing_keys: dict[Algorithm, SigningKey]) -> None:
    """One RSA key, two algorithms: the signature of one is none of the other."""
    pss = import_private("PS256", signing_keys["RS256"].export_private())
    _, payload, tail = pss.sign(CLAIMS, "at+jwt").split(".")
    header = signing_keys["RS256"].sign({}, "at+jwt").split(".")[0]
    refused(f"{header}.{payload}.{tail}", public(signing_keys["RS256"]))


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": dict(KEY.public_jwk())},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"]},
        {"b64": False},
        {"zip": "DEF"},
    ],
)
def test_a_header_member_that_we_do_not_write_is_refused(extra: dict[str, object]) -> None:
    """ASVS 9.1.3: though signed by the true key, such a header is none of ours."""
    header = {"alg": "ES256", "kid": KEY.kid, "typ": "at+jwt", **extra}
    payload = segment(json.dumps(CLAIMS).encode())
    signing_input = segment(json.dumps(header, separators=(",", ":")).encode()) + b"." + payload
    assert "no header" in refused(signed(signing_input))


def test_joserfc_s_spelling_of_the_same_header_is_none_of_ours() -> None:
    """A valid signature of our own key over a header in another order: we never wrote it."""
    token = jwt.encode({"typ": "at+jwt", "kid": KEY.kid, "alg": "ES256"}, CLAIMS, JOSE, algorithms=["ES256"])
    assert "no header" in refused(token)
    same = jwt.encode(
        {"alg": "ES256", "kid": KEY.kid, "typ": "at+jwt"}, CLAIMS, JOSE, algorithms=["ES256"], default_type=None
    )
    assert verify(same, KEYS, algs=ALGORITHMS, typ="at+jwt") == CLAIMS


def test_every_changed_character_is_noticed() -> None:
    """O-45's sibling for JWTs: dropped, added, changed in case, or replaced at any position, first or seen before."""
    seen = SeenTokens()
    verify(TOKEN, KEYS, algs=ALGORITHMS, typ="at+jwt", seen=seen)
    for place, letter in enumerate(TOKEN):
        for other in (
            "",
            letter + letter,
            letter.swapcase() if letter.isalpha() else "!",
            "A" if letter != "A" else "B",
        ):
            refused(TOKEN[:place] + other + TOKEN[place + 1 :], seen=seen)


def test_a_second_spelling_of_a_signature_is_refused() -> None:
    """RFC 7515 2: no padding, no spare bits, no characters that decoders skip."""
    head, last = TOKEN[:-1], TOKEN[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for other in alphabet:
        if other != last:
            refused(head + other)
    for tail in ("=", "==", "\n", " ", "+", "%3D"):
        refused(TOKEN + tail)


@given(st.text())
def test_any_text_is_a_token_or_invalid(text: str) -> None:
    """Never another exception, surrogates and controls included."""
    refused(text)


@given(st.lists(st.binary(max_size=90), min_size=2, max_size=2), st.sampled_from(["at+jwt", "JWT"]))
def test_any_payload_and_signature_behind_a_true_header_is_invalid(parts: list[bytes], typ: str) -> None:
    header = KEY.sign({}, typ).split(".")[0]
    for octets in (parts, [base64.b64encode(part) for part in parts]):
        refused(".".join((header, *(part.decode("latin-1") for part in octets))), typ=typ)
        refused(".".join((header, *(segment(part).decode() for part in octets))), typ=typ)


@pytest.mark.parametrize("text", ["", ".", "..", "...", "a.b", "a.b.c.d", "\ud800.a.b", "é.a.b", "A" * 70_000])
def test_what_has_not_the_shape_is_invalid(text: str) -> None:
    refused(text)


@pytest.mark.parametrize("claims", ["[]", "1", "null", '"text"', "", "{", "\ud800", "[" * 30_000])
def test_a_payload_that_is_no_object_is_invalid(claims: str) -> None:
    """Even under a true signature, which only we could make."""
    header = KEY.sign({}, "at+jwt").split(".")[0].encode()
    signing_input = header + b"." + segment(claims.encode("utf-8", "surrogatepass"))
    refused(signed(signing_input))


def test_a_payload_that_is_no_base64url_is_invalid() -> None:
    signing_input = KEY.sign({}, "at+jwt").split(".")[0].encode() + b".e30="
    refused(signed(signing_input))


def test_a_token_seen_before_is_judged_as_before() -> None:
    """The memory spares the signature check and nothing else: type, allow-list and key are asked each time."""
    seen = SeenTokens()
    for _ in range(2):
        assert verify(TOKEN, KEYS, algs=ALGORITHMS, typ="at+jwt", seen=seen) == CLAIMS
    refused(TOKEN, keys=(), seen=seen)
    refused(TOKEN, typ="JWT", seen=seen)
    with pytest.raises(InvalidJwt):
        verify(TOKEN, KEYS, algs=["RS256"], typ="at+jwt", seen=seen)


def test_a_refused_token_is_not_remembered() -> None:
    seen = SeenTokens()
    header, payload, _ = TOKEN.split(".")
    broken = f"{header}.{payload}.{segment(bytes(64)).decode()}"
    for _ in range(2):
        assert refused(broken, seen=seen) == "the signature does not match"


def test_claims_given_out_are_the_callers_own() -> None:
    """Changing them changes nobody else's."""
    seen = SeenTokens()
    verify(TOKEN, KEYS, algs=ALGORITHMS, typ="at+jwt", seen=seen)["sub"] = "mallory"
    assert verify(TOKEN, KEYS, algs=ALGORITHMS, typ="at+jwt", seen=seen) == CLAIMS


def test_the_memory_is_bounded_and_keeps_what_is_used() -> None:
    seen = SeenTokens(capacity=2)
    for digest in (b"a", b"b"):
        seen.remember(digest)
    assert seen.recall(b"a")
    seen.remember(b"c")
    assert seen.recall(b"a")
    assert not seen.recall(b"b")
    assert seen.recall(b"c")


def test_a_jwk_that_is_not_the_key_of_its_name_is_refused(signing_keys: dict[Algorithm, SigningKey]) -> None:
    """A row edited by hand cannot put a foreign key under a known kid."""
    other = generate("ES256").public_jwk()
    for jwk in (other, {}, {"kty": "EC"}, {**KEY.public_jwk(), "y": "AA"}, {"kty": "oct", "k": "AAAA"}):
        with pytest.raises(ValueError, match=r"."):
            VerifyingKey.from_jwk(KEY.kid, "ES256", jwk)
    with pytest.raises(ValueError, match="cannot be read as a key for RS256"):
        VerifyingKey.from_jwk(KEY.kid, "RS256", KEY.public_jwk())
    private = {name: str(value) for name, value in JOSE.as_dict(private=True).items()}
    with pytest.raises(ValueError, match="is not the public key"):
        VerifyingKey.from_jwk(KEY.kid, "ES256", private)
