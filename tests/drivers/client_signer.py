"""A client that signs, with nothing but cryptography: what it makes is read by the provider's own code alone.

signer = ClientSigner.of("RS256")
assertion = signer.jwt(assertion_claims("robot", issuer, clock()))
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Self
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from idp.oidc.client_assertion import JWT_BEARER

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | bytes
Members = dict[str, object]

_PSS = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=32)


def encoded(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def number(value: int, octets: int = 0) -> str:
    """Base64urlUInt (RFC 7518 2), of a fixed length where one is given."""
    return encoded(value.to_bytes(octets or (value.bit_length() + 7) // 8))


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Made once in a run: it takes a while."""
    return rsa.generate_private_key(65537, bits)


def public_jwk(key: Key) -> Members:
    """RFC 7518 6, RFC 8037 2: the bare members."""
    match key:
        case rsa.RSAPrivateKey():
            numbers = key.public_key().public_numbers()
            return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
        case ec.EllipticCurvePrivateKey():
            point = key.public_key().public_numbers()
            return {"kty": "EC", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32)}
        case ed25519.Ed25519PrivateKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": encoded(key.public_key().public_bytes_raw())}
        case _:
            raise ValueError("a secret has no public half")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSigner:
    """One key and what it signs with."""

    alg: str
    key: Key = field(repr=False)
    kid: str | None = None

    @classmethod
    def of(cls, alg: str, kid: str | None = None) -> Self:
        """A key of that kind; RSA keys are the same one throughout a run."""
        made: Key
        match alg:
            case "RS256" | "PS256":
                made = rsa_key()
            case "ES256":
                made = ec.generate_private_key(ec.SECP256R1())
            case _:
                made = ed25519.Ed25519PrivateKey.generate()
        return cls(alg=alg, key=made, kid=kid)

    @classmethod
    def with_secret(cls, secret: str) -> Self:
        """`client_secret_jwt`."""
        return cls(alg="HS256", key=secret.encode())

    @property
    def jwk(self) -> Members:
        """As it stands in the client's JWK Set."""
        return public_jwk(self.key) | ({} if self.kid is None else {"kid": self.kid})

    def jwt(self, claims: Mapping[str, object], header: Mapping[str, object] | None = None) -> str:
        """Signed; members of the header that are None are left out."""
        named = {"alg": self.alg, "kid": self.kid, **(header or {})}
        kept = {name: value for name, value in named.items() if value is not None}
        return self.signed(json.dumps(kept).encode(), json.dumps(claims).encode())

    def signed(self, header: bytes, payload: bytes) -> str:
        """Any octets at all, under a true signature."""
        signing_input = f"{encoded(header)}.{encoded(payload)}"
        return f"{signing_input}.{encoded(self._signature(signing_input.encode()))}"

    def _signature(self, octets: bytes) -> bytes:
        match self.key:
            case bytes():
                return hmac.digest(self.key, octets, "sha256")
            case rsa.RSAPrivateKey():
                return self.key.sign(octets, _PSS if self.alg == "PS256" else padding.PKCS1v15(), SHA256())
            case ec.EllipticCurvePrivateKey():
                r, s = decode_dss_signature(self.key.sign(octets, ec.ECDSA(SHA256())))
                return r.to_bytes(32) + s.to_bytes(32)
            case _:
                return self.key.sign(octets)


def assertion_claims(client_id: str, audience: object, at: datetime, **changes: object) -> Members:
    """Those of a good assertion, changed; what is None is left out."""
    now = int(at.timestamp())
    life = int(timedelta(minutes=1).total_seconds())
    good = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": str(uuid4()),
        "iat": now,
        "exp": now + life,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def assertion_form(assertion: str) -> dict[str, str]:
    """RFC 7523 2.2."""
    return {"client_assertion_type": JWT_BEARER, "client_assertion": assertion}
