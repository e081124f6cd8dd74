"""A registered client, and the one door through which a redirect URI becomes trusted.

Owns what a client is allowed and where its responses may go. What may be registered stands in registration.py.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, get_args
from uuid import UUID

from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.grant_type import AUTHORIZATION_CODE, CLIENT_CREDENTIALS
from idp.oidc.redirect_uri import ApplicationType, is_loopback, is_private_scheme, matches, origin_of
from idp.oidc.response_type import ResponseType
from idp.oidc.scopes import OPENID
from idp.oidc.trusted_redirect import TrustedRedirect, Untrusted, UntrustedRedirect
from idp.values.ids import ClientId
from idp.values.issuer import Issuer
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

ClientType = Literal["confidential", "public", "machine"]

IdTokenAlg = Literal["RS256", "ES256", "PS256", "EdDSA"]
ID_TOKEN_ALGS: tuple[IdTokenAlg, ...] = get_args(IdTokenAlg)
MACHINE_ALG = "ES256"
"""Machine clients' access tokens: the cheapest signature that every API can verify."""


class AuthMethod(StrEnum):
    """How a client authenticates at the token endpoint (RFC 7591 2)."""

    NONE = "none"
    CLIENT_SECRET_BASIC = "client_secret_basic"
    CLIENT_SECRET_POST = "client_secret_post"
    CLIENT_SECRET_JWT = "client_secret_jwt"
    PRIVATE_KEY_JWT = "private_key_jwt"

    @property
    def by_secret(self) -> bool:
        """Whether client and provider share a secret for it."""
        return self in {AuthMethod.CLIENT_SECRET_BASIC, AuthMethod.CLIENT_SECRET_POST, AuthMethod.CLIENT_SECRET_JWT}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """A live secret that can be read again: client_secret_jwt signs with it (OIDC Core 9)."""

    id: UUID
    sealed: Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A relying app or machine as registered (RFC 7591 2). `checked_client` says which combinations make sense."""

    client_id: ClientId
    name: str
    application_type: ApplicationType = "web"
    auth_method: AuthMethod
    secrets: tuple[Digest, ...] = ()
    """Digests of the live secrets: none for public clients, two during a rotation."""
    sealed_secrets: tuple[SealedSecret, ...] = ()
    """The same, where the client signs with them."""
    registration_token: Digest | None = None
    """Of the client that registered itself: what it manages its registration with (RFC 7592 3)."""
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: frozenset[str] = frozenset({AUTHORIZATION_CODE})
    scopes: frozenset[str] = frozenset({OPENID})
    audiences: tuple[str, ...] = ()
    """APIs that this client's access tokens are meant for."""
    id_token_alg: str = "RS256"
    require_pkce: bool = True
    rotate_refresh_tokens: bool = False
    first_party: bool = False
    active: bool = True
    client_uri: str | None = None
    metadata: ClientMetadata = field(default_factory=ClientMetadata)

    @property
    def registered_itself(self) -> bool:
        """Whether what is said of it is its own word (RFC 7591 5)."""
        return self.registration_token is not None

    @property
    def public(self) -> bool:
        """Whether it cannot keep a secret (RFC 6749 2.1)."""
        return self.auth_method is AuthMethod.NONE

    @property
    def client_type(self) -> ClientType:
        """RFC 6749 2.1, and beside it `machine`: a confidential client that acts for itself and never for a person."""
        if self.public:
            return "public"
        return "machine" if self.grant_types == {CLIENT_CREDENTIALS} else "confidential"

    @property
    def pkce_required(self) -> bool:
        """Public clients always (RFC 9700 2.1.1), the others by their switch."""
        return self.public or self.require_pkce

    @property
    def rotates(self) -> bool:
        """Whether each use replaces the refresh token: public clients always (RFC 9700 4.14.2)."""
        return self.public or self.rotate_refresh_tokens

    @property
    def home(self) -> str | None:
        """Where «Back to App» leads: its page, else the origin of its first web redirect URI."""
        if self.client_uri:
            return self.client_uri
        return next((origin for origin in map(origin_of, self.redirect_uris) if origin), None)

    @property
    def access_token_alg(self) -> str:
        """Signed like the client's ID tokens; machine clients have none."""
        return MACHINE_ALG if self.client_type == "machine" else self.id_token_alg

    def access_token_audience(self, scopes: AbstractSet[str], issuer: Issuer) -> tuple[str, ...]:
        """The registered ones, and the issuer where userinfo is to be read or nothing is registered (RFC 9068 3)."""
        if OPENID in scopes or not self.audiences:
            return (*(audience for audience in self.audiences if audience != issuer), str(issuer))
        return self.audiences

    def asks_consent_each_time(self, redirect_uri: str, response_type: ResponseType) -> bool:
        """RFC 8252 8.6: any program on the machine can pose as this client, so consent is not remembered.

        That the client can prove itself helps where it must: at the token endpoint, for a code alone.
        """
        anybodys = is_loopback(redirect_uri) or is_private_scheme(redirect_uri)
        proves_itself = not self.public and not response_type.front_channel
        return anybodys and not proves_itself and not self.first_party

    def trusted_redirect(self, redirect_uri: str | None, state: str | None, *, openid: bool = True) -> TrustedRedirect:
        """Where this response may go. Raises UntrustedRedirect, which is shown on a page and never redirected.

        `openid`: whether that scope is asked for; then redirect_uri must be sent, however few are registered
        (OIDC Core 3.1.2.1).
        """
        if not self.active:
            raise UntrustedRedirect(Untrusted.CLIENT_DISABLED, self.client_id)
        if redirect_uri is None:
            if openid or len(self.redirect_uris) != 1:  # RFC 6749 3.1.2.3: left out only where it is beyond doubt
                raise UntrustedRedirect(Untrusted.REDIRECT_MISSING)
            return TrustedRedirect(client_id=self.client_id, uri=self.redirect_uris[0], state=state)
        if not any(matches(registered, redirect_uri, self.application_type) for registered in self.redirect_uris):
            raise UntrustedRedirect(Untrusted.REDIRECT_UNREGISTERED, redirect_uri)
        return TrustedRedirect(client_id=self.client_id, uri=redirect_uri, state=state)

    def may_leave_to(self, post_logout_redirect_uri: str) -> bool:
        """Whether sign-out may end there: an exact match (RP-Initiated Logout 2)."""
        return post_logout_redirect_uri in self.post_logout_redirect_uris
