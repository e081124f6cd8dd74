"""A private signing key: made, exported to be sealed, imported, used. Owns neither its state nor its row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, assert_never

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from idp.keystore.compact import (
    RSA_BITS,
    Algorithm,
    JoseKey,
    PrivateKey,
    PublicJwk,
    header_segment,
    jose_key,
    payload_segment,
    segment,
    signature,
)

_PUBLIC_EXPONENT = 65537


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One key for one algorithm; `kid` is its thumbprint (RFC 7638), so a key cannot stand under another's name."""

    kid: str
    alg: Algorithm
    _native: PrivateKey = field(repr=False)
    _key: JoseKey = field(repr=False)

    @classmethod
    def of(cls, alg: Algorithm, native: PrivateKey) -> Self:
        """Raises ValueError where the key is not of the algorithm's kind."""
        public = jose_key(alg, native.public_key())
        return cls(kid=public.thumbprint(), alg=alg, _native=native, _key=jose_key(alg, native))

    def sign(self, claims: Mapping[str, object], typ: str | None) -> str:
        """A JWT in compact serialization with the header members alg, kid and, unless it is None, typ; no other."""
        signing_input = header_segment(self.alg, self.kid, typ) + b"." + payload_segment(claims)
        return (signing_input + b"." + segment(signature(self.alg, self._key, signing_input))).decode()

    def public_jwk(self) -> PublicJwk:
        """The public half as it stands in the JWKS: with kid, use and alg, without any private member."""
        public = jose_key(self.alg, self._native.public_key()).as_dict(private=False)
        members = {name: value for name, value in public.items() if isinstance(value, str)}
        return {**members, "kid": self.kid, "use": "sig", "alg": self.alg}

    def export_private(self) -> bytes:
        """PKCS #8 in DER, unencrypted: give it to a Sealer and nothing else."""
        return self._native.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def generate(alg: Algorithm) -> SigningKey:
    """A new key, from OpenSSL's generator (it takes no entropy of ours). RSA costs some 100 ms: call it in a thread."""
    match alg:
        case "ES256":
            return SigningKey.of(alg, ec.generate_private_key(ec.SECP256R1()))
        case "EdDSA":
            return SigningKey.of(alg, ed25519.Ed25519PrivateKey.generate())
        case "RS256" | "PS256":
            return SigningKey.of(alg, rsa.generate_private_key(_PUBLIC_EXPONENT, RSA_BITS))
        case other:
            assert_never(other)


def import_private(alg: Algorithm, octets: bytes) -> SigningKey:
    """A key that `export_private` gave and a Sealer returned. Raises ValueError for anything else.

    The primality tests of an RSA key (26 ms) are left out: these octets were authenticated when they were unsealed, so
    they are the very key that was made here. Never use this for a key that somebody else supplies.
    """
    native = load_der_private_key(octets, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(native, PrivateKey):
        raise ValueError(f"{type(native).__name__} is no key for {alg}")  # noqa: TRY004 - a wrong value, not a wrong call
    return SigningKey.of(alg, native)
