"""JWTs that clients make, assertions and request objects: read, to be verified with a secret or with `client_keys`.

The header is read for `alg`, `kid` and `typ` alone: jku, jwk, x5u and x5c are never looked at, `crit` is refused. What
may be signed how, and what the claims must say, the protocol decides (oidc).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from idp.keystore.compact import octets_of
from idp.oidc.jwt_claims import UnverifiedJwt
from idp.values.strict_json import strict_json

LONGEST = 65_536
"""Characters of a JWT; forms are no longer either."""

_SEGMENTS = 3


class InvalidClientJwt(Exception):
    """No JWT that could be verified; the message is for security events and holds nothing of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientJwt:
    """A JWT, read and not verified."""

    alg: str
    kid: str | None
    typ: str | None
    """In lower case, without the prefix `application/` (RFC 7515 4.1.9)."""
    claims: Mapping[str, object] = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InvalidClientJwt only, for any text."""
        if len(text) > LONGEST or not text.isascii():
            raise InvalidClientJwt("the JWT is too long or not ASCII")
        parts = text.encode().split(b".")
        if len(parts) != _SEGMENTS:
            raise InvalidClientJwt("the JWT has not three segments")
        header = _object(parts[0], "the header of the JWT")
        if "crit" in header:  # RFC 7515 4.1.11: we know no extension
            raise InvalidClientJwt("the JWT has critical extensions")
        return cls(
            alg=_text(header, "alg") or "",
            kid=_text(header, "kid"),
            typ=_media_type(_text(header, "typ")),
            claims=_object(parts[1], "the payload of the JWT"),
            signing_input=b".".join(parts[:2]),
            signature=_octets(parts[2], "the signature of the JWT"),
        )

    @property
    def unverified(self) -> UnverifiedJwt:
        """The part of it that the protocol judges."""
        return UnverifiedJwt(alg=self.alg, typ=self.typ, claims=self.claims)

    def signed_with(self, secret: bytes) -> bool:
        """Whether it is an HS256 JWT of that secret (RFC 7518 3.2)."""
        mac = hmac.digest(secret, self.signing_input, "sha256")
        return hmac.compare_digest(mac, self.signature) and self.alg == "HS256"


def _object(part: bytes, what: str) -> dict[str, object]:
    try:
        found = strict_json(_octets(part, what))
    except ValueError:
        raise InvalidClientJwt(f"{what} is not JSON") from None
    if not isinstance(found, dict):
        raise InvalidClientJwt(f"{what} is not an object")
    return found


def _octets(part: bytes, what: str) -> bytes:
    try:
        return octets_of(part)
    except ValueError:
        raise InvalidClientJwt(f"{what} is not base64url") from None


def _text(header: Mapping[str, object], name: str) -> str | None:
    value = header.get(name)
    if not isinstance(value, str | None):
        raise InvalidClientJwt(f"{name} of the JWT is no text")
    return value


def _media_type(typ: str | None) -> str | None:
    return None if typ is None else typ.lower().removeprefix("application/")
