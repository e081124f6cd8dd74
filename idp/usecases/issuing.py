"""The tokens themselves: claims put together by `oidc`, signed by the active key of the client's algorithm."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from idp.keystore.compact import Algorithm
from idp.keystore.signing import SigningKey
from idp.oidc import access_token, id_token
from idp.oidc.client import Client
from idp.oidc.grant import GrantFacts
from idp.oidc.scopes import OPENID
from idp.oidc.token_response import token_response
from idp.storage.configuration import Configuration
from idp.usecases.services import Services
from idp.values.entropy import unguessable
from idp.values.secrets import RefreshToken

JTI_OCTETS = 16
"""128 random bits."""

TokenMembers = dict[str, object]
"""The members of a token response: secrets in clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """One answer of the token endpoint in the making."""

    services: Services
    configuration: Configuration
    client: Client
    at: datetime

    def machine(self, scopes: tuple[str, ...]) -> TokenMembers:
        """A machine's own token, alone (RFC 6749 4.4.3). Nothing is written."""
        claims = access_token.machine_token_claims(
            issuer=self.services.settings.issuer, client=self.client, scopes=scopes, jti=self._jti(), at=self.at
        )
        return token_response(self._key.sign(claims, access_token.TYP), scopes)

    def person(
        self, grant: GrantFacts, scopes: tuple[str, ...], *, nonce: str | None, refresh_token: RefreshToken | None
    ) -> TokenMembers:
        """A person's tokens; an ID token where `openid` is among the scopes. `scopes` may be fewer than the grant's."""
        issuer = self.services.settings.issuer
        claims = access_token.access_token_claims(
            issuer=issuer, client=self.client, grant=grant, scopes=scopes, jti=self._jti(), at=self.at
        )
        signed = self._key.sign(claims, access_token.TYP)
        identity = self._id_token(grant, signed, nonce) if OPENID in scopes else None
        return token_response(signed, scopes, id_token=identity, refresh_token=refresh_token)

    def _id_token(self, grant: GrantFacts, access: str, nonce: str | None) -> str:
        key = self._key
        claims = id_token.id_token_claims(
            issuer=self.services.settings.issuer,
            client_id=self.client.client_id,
            authentication=grant.authentication,
            nonce=nonce,
            token_hash=id_token.at_hash(access, key.alg),
            at=self.at,
        )
        return key.sign(claims, id_token.TYP)

    @property
    def _key(self) -> SigningKey:
        return self.configuration.keyring.signing_key(cast("Algorithm", self.client.access_token_alg))

    def _jti(self) -> str:
        return unguessable(self.services.entropy, JTI_OCTETS)
