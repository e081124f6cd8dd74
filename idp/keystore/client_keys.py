"""The public keys of a client: read from its JWK Set, and chosen for a JWT."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from idp.keystore.client_jwt import ClientJwt
from idp.keystore.compact import RSA_BITS, Algorithm, JoseKey, key_from_jwk, octets_of, signature_matches
from idp.oidc.jwk_set import MOST_OCTETS, PRIVATE_MEMBERS, Jwk, keys_of
from idp.values.strict_json import strict_json

MOST_TRIES = 8
"""Signatures checked for one JWT, where several keys have its kid, or it names none."""
MOST_RSA_BITS = 4096
MOST_EXPONENT_BITS = 32
"""Verifying costs as much as the exponent is long; everybody's is 65537. Whoever sends a forgery makes us verify it."""

_LONGEST_MEMBER = 700  # the modulus of 4096 bits has 683 characters
_KINDS: Final[Mapping[object, tuple[tuple[str, ...], tuple[Algorithm, ...]]]] = {
    # kty: its public members, and the algorithms that we take with it
    "RSA": (("n", "e"), ("RS256", "PS256")),
    "EC": (("crv", "x", "y"), ("ES256",)),
    "OKP": (("crv", "x"), ("EdDSA",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKey:
    """A public key of a client, and what it may be used with."""

    kid: str | None
    algs: tuple[Algorithm, ...]
    key: JoseKey = field(repr=False)

    @classmethod
    def of(cls, jwk: Jwk) -> Self:
        """Raises ValueError, with words for whoever registers it, where it verifies nothing that we take."""
        members, kind_algs = _KINDS.get(_text(jwk.get("kty")), ((), ()))
        if not members:
            raise ValueError("its kty is none of RSA, EC and OKP")
        if not PRIVATE_MEMBERS.isdisjoint(jwk):
            raise ValueError("it holds a private member")
        algs = tuple(alg for alg in kind_algs if jwk.get("alg", alg) == alg)
        if not algs or not _signs(jwk):
            raise ValueError("it is not for signatures with RS256, PS256, ES256 or EdDSA")
        public = {name: value for name in ("kty", *members) if isinstance(value := jwk.get(name), str)}
        _check_sizes(public)
        key, kid = key_from_jwk(algs[0], public), jwk.get("kid")
        if not isinstance(kid, str | None):
            raise ValueError("its kid is no text")  # noqa: TRY004 - a wrong value, not a wrong call
        return cls(kid=kid, algs=algs, key=key)

    def may_have_signed(self, jwt: ClientJwt) -> bool:
        """A key without a kid may be meant by any (OIDC Core 10.1 asks for one only where there are several)."""
        return jwt.alg in self.algs and (jwt.kid is None or self.kid is None or self.kid == jwt.kid)

    def signed(self, jwt: ClientJwt) -> bool:
        """Whether the signature is this key's."""
        return any(
            alg == jwt.alg and signature_matches(alg, self.key, jwt.signing_input, jwt.signature) for alg in self.algs
        )


@dataclass(frozen=True, slots=True)
class ClientKeySet:
    """The keys of one client's JWK Set that verify what we take; others are skipped (RFC 7517 5)."""

    keys: tuple[ClientKey, ...] = ()

    @classmethod
    def of(cls, jwks: Iterable[Jwk]) -> Self:
        """From the keys of a JWK Set; one that holds a private member is none to trust."""
        return cls(tuple(key for key in map(_usable, jwks) if key is not None))

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """From a JWK Set as fetched. Raises ValueError where it is none, or a huge one."""
        if len(body) > MOST_OCTETS:
            raise ValueError("the JWK Set is too large")
        try:
            document = strict_json(body)
        except ValueError:
            raise ValueError("the JWK Set is no JSON") from None
        return cls.of(keys_of(document))

    def verifies(self, jwt: ClientJwt) -> bool:
        """Whether one of the keys signed it."""
        tried = [key for key in self.keys if key.may_have_signed(jwt)]
        return any(key.signed(jwt) for key in tried[:MOST_TRIES])


def _usable(jwk: Jwk) -> ClientKey | None:
    try:
        return ClientKey.of(jwk)
    except ValueError:
        return None


def _signs(jwk: Jwk) -> bool:
    """RFC 7517 4.2, 4.3."""
    operations = jwk.get("key_ops", ["verify"])
    return jwk.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations


def _check_sizes(public: Mapping[str, str]) -> None:
    """Before anything is computed with it. Raises ValueError."""
    if any(len(value) > _LONGEST_MEMBER for value in public.values()):
        raise ValueError("it is too large")
    if public["kty"] == "RSA":
        modulus, exponent = (int.from_bytes(octets_of(public.get(name, "").encode())) for name in ("n", "e"))
        if not RSA_BITS <= modulus.bit_length() <= MOST_RSA_BITS or exponent.bit_length() > MOST_EXPONENT_BITS:
            raise ValueError(f"it has not {RSA_BITS} to {MOST_RSA_BITS} bits, or a huge exponent")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
