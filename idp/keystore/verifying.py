"""Telling our own tokens from everything else: access tokens, and ID tokens that come back as hints.

A token of ours begins with a header that we can write down beforehand, octet by octet, for each key and type. So no
header is parsed: one that we would not have written is refused, whatever it says. That settles at one stroke `alg`
confusion and `none`, a key id of another algorithm, a token type used in place of another (RFC 8725 3.11), and jku,
jwk, x5u, x5c and crit.

Expiry, issuer, audience and revocation are the caller's: a hint may be expired, an access token may not.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from idp.keystore.compact import (
    Algorithm,
    JoseKey,
    PublicJwk,
    header_segment,
    key_from_jwk,
    octets_of,
    signature_matches,
)

LONGEST_TOKEN = 65_536
_SEGMENTS = 3


class InvalidJwt(Exception):
    """Not a token of ours, of this type, under these keys; the message is for logs and holds nothing of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyingKey:
    """The public half of a signing key."""

    kid: str
    alg: Algorithm
    key: JoseKey = field(repr=False)

    @classmethod
    def from_jwk(cls, kid: str, alg: Algorithm, jwk: PublicJwk) -> Self:
        """Raises ValueError where the JWK is no public key for the algorithm, or its thumbprint is not the kid."""
        key = key_from_jwk(alg, jwk)
        if key.is_private or key.thumbprint() != kid:
            raise ValueError(f"the JWK of {kid} is not the public key of that name")
        return cls(kid=kid, alg=alg, key=key)


@dataclass(slots=True)
class SeenTokens:
    """Digests of the tokens last verified, so that one presented again costs a digest instead of a signature check.

    Sound because the token begins with its kid, and a kid is the thumbprint of its key: while that key is accepted, the
    same octets carry the same valid signature. It remembers that alone; every other check is made each time.
    """

    capacity: int = 4096
    _digests: dict[bytes, None] = field(default_factory=dict, repr=False)

    def recall(self, digest: bytes) -> bool:
        """Whether a token of this digest was remembered; if so it counts as used just now."""
        if digest not in self._digests:
            return False
        del self._digests[digest]
        self._digests[digest] = None
        return True

    def remember(self, digest: bytes) -> None:
        """Drops what was used least recently when full."""
        self._digests[digest] = None
        if len(self._digests) > self.capacity:
            del self._digests[next(iter(self._digests))]


def verify(
    token: str, keys: Iterable[VerifyingKey], *, algs: Collection[Algorithm], typ: str, seen: SeenTokens | None = None
) -> dict[str, object]:
    """The claims of a token that one of these keys signed as that type. Raises InvalidJwt only, for any text."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise InvalidJwt("too long or not ASCII")
    octets = token.encode()
    parts = octets.split(b".")
    if len(parts) != _SEGMENTS:
        raise InvalidJwt("not three segments")
    key = _key_of(parts[0], keys, algs, typ)
    _check_signature(octets, parts[2], key, seen)
    return _claims(parts[1])


def _key_of(header: bytes, keys: Iterable[VerifyingKey], algs: Collection[Algorithm], typ: str) -> VerifyingKey:
    for key in keys:
        if header == header_segment(key.alg, key.kid, typ) and key.alg in algs:
            return key
    raise InvalidJwt(f"no header that one of our keys gives a token of type {typ}")


def _check_signature(token: bytes, signature: bytes, key: VerifyingKey, seen: SeenTokens | None) -> None:
    digest = sha256(token).digest() if seen is not None else b""
    if seen is not None and seen.recall(digest):
        return
    try:
        octets = octets_of(signature)
    except ValueError:
        raise InvalidJwt("the signature is not base64url") from None
    if not signature_matches(key.alg, key.key, token[: -len(signature) - 1], octets):
        raise InvalidJwt("the signature does not match")
    if seen is not None:
        seen.remember(digest)


def _claims(payload: bytes) -> dict[str, object]:
    try:
        claims = json.loads(octets_of(payload))
    except (ValueError, RecursionError):
        raise InvalidJwt("the payload is not JSON") from None
    if not isinstance(claims, dict):
        raise InvalidJwt("the payload is not an object")
    return claims
