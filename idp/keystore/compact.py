"""The JWS Compact Serialization (RFC 7515 7.1) of our own tokens, and the algorithms that we take.

The arithmetic is joserfc's algorithm models; ours is only the joining of three segments, with the header made once per
key and type (docs/decisions/0002-signing.md says why, with numbers). For tokens of other parties `joserfc.jwt` stays.
"""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, get_args

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

Algorithm = Literal["RS256", "ES256", "EdDSA", "PS256"]
"""Signature algorithms of RFC 7518 and RFC 8037 that a client may be registered for; no `none`, nothing symmetric."""

ALGORITHMS: Final[tuple[Algorithm, ...]] = get_args(Algorithm)
RSA_BITS: Final = 2048  # SP 800-131A: 112 bits of strength; FAPI 2 5.4 asks for no more

PublicJwk = Mapping[str, str]
"""A public key as a JSON Web Key (RFC 7517): text members only, no private one."""

JoseKey = ECKey | OKPKey | RSAKey
PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey | RSAPrivateKey

_KINDS: Final[Mapping[Algorithm, type[JoseKey]]] = {"RS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey, "PS256": RSAKey}
_MODELS: Final = {alg: JWSRegistry.algorithms[alg] for alg in ALGORITHMS}
_dumps = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def jose_key(alg: Algorithm, native: object) -> JoseKey:
    """A key object of cryptography as joserfc's, if it is of the kind that the algorithm needs. Raises ValueError."""
    match alg, native:
        case "RS256" | "PS256", RSAPrivateKey() | RSAPublicKey() if native.key_size >= RSA_BITS:
            return RSAKey.import_key(native)
        case "ES256", EllipticCurvePrivateKey() | EllipticCurvePublicKey() if native.curve.name == "secp256r1":
            return ECKey.import_key(native)
        case "EdDSA", Ed25519PrivateKey() | Ed25519PublicKey():
            return OKPKey.import_key(native)
        case _:
            raise ValueError(f"{type(native).__name__} is no key for {alg}")


def key_from_jwk(alg: Algorithm, jwk: PublicJwk) -> JoseKey:
    """A JWK read as the kind of key that the algorithm needs, whatever it says of itself. Raises ValueError."""
    try:
        return jose_key(alg, _KINDS[alg].import_key(dict(jwk)).raw_value)
    except (JoseError, KeyError) as error:
        raise ValueError(f"cannot be read as a key for {alg}: {type(error).__name__}") from None


def signature(alg: Algorithm, key: JoseKey, signing_input: bytes) -> bytes:
    """The raw signature (RFC 7518 3): for ES256 the two 32-octet numbers, not their DER."""
    return _MODELS[alg].sign(signing_input, key)


def signature_matches(alg: Algorithm, key: JoseKey, signing_input: bytes, octets: bytes) -> bool:
    """Whether the signature is this key's over that input."""
    return _MODELS[alg].verify(signing_input, octets, key)


@lru_cache(maxsize=256)
def header_segment(alg: Algorithm, kid: str, typ: str | None) -> bytes:
    """The first segment of every token of that key and type, in this very spelling.

    Its octets are a contract with ourselves: `verifying` knows our tokens by them, last year's ID token hints too.
    """
    return segment(_dumps({"alg": alg, "kid": kid} | ({} if typ is None else {"typ": typ})).encode())


def payload_segment(claims: Mapping[str, object]) -> bytes:
    """The second segment. Raises ValueError or TypeError for what JSON cannot say."""
    return segment(_dumps(claims).encode())


def segment(octets: bytes) -> bytes:
    """Base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def octets_of(text: bytes) -> bytes:
    """What a segment says. Raises ValueError for any spelling but the one that `segment` gives."""
    octets = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    # The decoder skips foreign characters and ignores spare bits; a second spelling of one token must not pass.
    if segment(octets) != text:
        raise ValueError("not canonical base64url")
    return octets
