"""The claims of an ID token (OIDC Core 2), unsigned. Nothing stands in it that was not asked for."""

import base64
import hashlib
from datetime import datetime, timedelta

from idp.oidc.authentication import Authentication
from idp.values.ids import ClientId
from idp.values.issuer import Issuer

LIFETIME = timedelta(minutes=10)
TYP = "JWT"  # told apart from at+jwt and logout+jwt (RFC 8725 3.11)

_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def at_hash(access_token: str, alg: str) -> str:
    """The left half of the access token's hash (OIDC Core 3.1.3.6); Ed25519 hashes with SHA-512."""
    digest = hashlib.sha512 if alg == "EdDSA" else _HASHES[alg[-3:]]
    octets = digest(access_token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(octets[: len(octets) // 2]).rstrip(b"=").decode()


def id_token_claims(
    *,
    issuer: Issuer,
    client_id: ClientId,
    authentication: Authentication,
    nonce: str | None,
    token_hash: str | None,
    at: datetime,
) -> dict[str, object]:
    """All that the token says. `token_hash` is `at_hash` of the access token beside it; a refresh passes nonce=None."""
    issued = int(at.timestamp())
    claims: dict[str, object] = {
        "iss": str(issuer),
        "sub": authentication.sub,
        "aud": client_id,  # one audience, so a string and no azp (OIDC Core 2)
        "exp": issued + int(LIFETIME.total_seconds()),
        "iat": issued,
        "auth_time": int(authentication.auth_time.timestamp()),
        "acr": authentication.acr,
        "amr": list(authentication.amr),
    }
    optional = {"nonce": nonce, "sid": authentication.sid, "at_hash": token_hash}
    return claims | {name: value for name, value in optional.items() if value is not None}
