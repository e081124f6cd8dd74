"""The claims of an ID token (OIDC Core 2), unsigned. Nothing stands in it that was not asked for."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.oidc.authentication import Authentication
from idp.oidc.claims import person_claims
from idp.oidc.client import Client
from idp.oidc.grant import GrantFacts
from idp.values.ids import ClientId
from idp.values.issuer import Issuer
from idp.values.secrets import Code

LIFETIME = timedelta(minutes=10)
TYP = "JWT"  # told apart from at+jwt and logout+jwt (RFC 8725 3.11)

_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def half_hash(text: str, alg: str) -> str:
    """at_hash and c_hash: the left half of the hash (OIDC Core 3.1.3.6, 3.3.2.11); Ed25519 hashes with SHA-512."""
    digest = hashlib.sha512 if alg == "EdDSA" else _HASHES[alg[-3:]]
    octets = digest(text.encode("ascii")).digest()
    return base64.urlsafe_b64encode(octets[: len(octets) // 2]).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What leaves in the same answer as the ID token, and the request's nonce; a refresh has no nonce."""

    nonce: str | None
    access_token: str | None = field(default=None, repr=False)
    code: Code | None = None

    @property
    def nothing(self) -> bool:
        """Whether the ID token is all that the client ever gets."""
        return self.access_token is None and self.code is None

    def claims(self, alg: str) -> dict[str, object]:
        """The claims that bind it to the ID token."""
        members = {
            "nonce": self.nonce,
            "at_hash": None if self.access_token is None else half_hash(self.access_token, alg),
            "c_hash": None if self.code is None else half_hash(self.code.expose(), alg),
        }
        return {name: value for name, value in members.items() if value is not None}


def about_person(client: Client, grant: GrantFacts, scopes: tuple[str, ...], beside: Beside) -> dict[str, object]:
    """What it says of the person: claims requested for it, and the scopes' own where userinfo is out of reach.

    That is for clients registered to read nothing else, and where no access token comes (OIDC Core 5.4).
    """
    if grant.person is None:
        return {}
    told = scopes if client.metadata.claims_in_id_token or beside.nothing else ()
    return person_claims(told, grant.person, grant.claims_requested)


def id_token_claims(
    *,
    issuer: Issuer,
    client_id: ClientId,
    authentication: Authentication,
    beside: Mapping[str, object],
    about: Mapping[str, object],
    at: datetime,
) -> dict[str, object]:
    """All that the token says; no claim about the person can take the place of one about the sign-in."""
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
    session = {} if authentication.sid is None else {"sid": authentication.sid}
    return {**about, **claims, **session, **beside}
