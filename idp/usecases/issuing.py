"""The tokens themselves: claims put together by `oidc`, signed by the active key of the client's algorithm."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from idp.keystore.compact import Algorithm
from idp.keystore.signing import SigningKey
from idp.oidc import access_token, id_token
from idp.oidc.client import Client
from idp.oidc.grant import GrantFacts
from idp.oidc.id_token import Beside
from idp.oidc.scopes import OPENID
from idp.oidc.token_response import token_response
from idp.storage.configuration import Configuration
from idp.usecases.services import Services
from idp.usecases.subjects import grant_seen_by
from idp.values.entropy import unguessable
from idp.values.secrets import RefreshToken

JTI_OCTETS = 16
"""128 random bits."""

TokenMembers = dict[str, object]
"""The members of a token response: secrets in clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """One answer with tokens in the making. Grants come with the person's own `sub`; tokens have the client's."""

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
        access = self.access_token(grant, scopes)
        beside = Beside(nonce=nonce, access_token=access)
        identity = self.id_token(grant, scopes, beside) if OPENID in scopes else None
        return token_response(access, scopes, id_token=identity, refresh_token=refresh_token)

    def access_token(self, grant: GrantFacts, scopes: tuple[str, ...]) -> str:
        """A person's access token, signed: a secret."""
        issuer = self.services.settings.issuer
        claims = access_token.access_token_claims(
            issuer=issuer, client=self.client, grant=self._seen(grant), scopes=scopes, jti=self._jti(), at=self.at
        )
        return self._key.sign(claims, access_token.TYP)

    def id_token(self, grant: GrantFacts, scopes: tuple[str, ...], beside: Beside) -> str:
        """The ID token, signed. What it says of the person is read from `grant.person`."""
        key = self._key
        claims = id_token.id_token_claims(
            issuer=self.services.settings.issuer,
            client_id=self.client.client_id,
            authentication=self._seen(grant).authentication,
            beside=beside.claims(key.alg),
            about=id_token.about_person(self.client, grant, scopes, beside),
            at=self.at,
        )
        return key.sign(claims, id_token.TYP)

    def _seen(self, grant: GrantFacts) -> GrantFacts:
        return grant_seen_by(self.client, grant, self.configuration.service_keys)

    @property
    def _key(self) -> SigningKey:
        return self.configuration.keyring.signing_key(cast("Algorithm", self.client.access_token_alg))

    def _jti(self) -> str:
        return unguessable(self.services.entropy, JTI_OCTETS)
