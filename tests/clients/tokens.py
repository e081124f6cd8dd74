"""What the relying parties of the tests are told, what they give, and their one set of methods: tests run with each."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from idp.usecases.clients import Registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What an app knows of itself before it meets the provider. `auth_method` None is the library's own choice.

    `key`: the private RSA key, as a JWK, with which it signs assertions by RS256.
    """

    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    redirect_uri: str
    auth_method: str | None = None
    id_token_alg: str = "RS256"
    userinfo_alg: str | None = None
    key: Mapping[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, registered: Registered, key: Mapping[str, Any] | None = None) -> Self:
        """As it was registered here."""
        client, secret = registered.client, registered.secret
        return cls(
            client_id=client.client_id,
            client_secret=secret.expose() if secret else None,
            redirect_uri=client.redirect_uris[0],
            auth_method=client.auth_method.value,
            id_token_alg=client.id_token_alg,
            userinfo_alg=client.metadata.userinfo_signed_response_alg,
            key=key,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A token response, its ID token already validated by the client. `claims` is empty when no ID token came."""

    response: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any]

    @property
    def access_token(self) -> str:
        """The bearer token."""
        return str(self.response["access_token"])

    @property
    def refresh_token(self) -> str:
        """The refresh token; fails when none came."""
        return str(self.response["refresh_token"])

    @property
    def header(self) -> Mapping[str, Any]:
        """The JOSE header of the ID token."""
        return header_of(str(self.response["id_token"]))


class Client(Protocol):
    """A relying party. What the provider refuses raises an error with `.error`, the OAuth error code."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The provider's metadata."""

    async def authorization_url(self, **parameters: str) -> str:
        """Where the browser goes, with PKCE, state and nonce beside these parameters."""

    async def exchange(self, callback: str) -> Tokens:
        """Tokens for the code in the address where the browser ended."""

    async def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for the refresh token."""

    async def userinfo(self, tokens: Tokens) -> Mapping[str, Any]:
        """The claims at the userinfo endpoint."""

    async def introspect(self, token: str) -> Mapping[str, Any]:
        """What RFC 7662 says of the token."""

    async def revoke(self, token: str) -> None:
        """Revoke the token (RFC 7009)."""

    async def logout_url(self, tokens: Tokens, post_logout_redirect_uri: str, state: str) -> str:
        """Where the browser goes to sign out at the provider."""


def header_of(jwt: str) -> Mapping[str, Any]:
    """The JOSE header of a signed token, unchecked."""
    part = jwt.partition(".")[0]
    header: Mapping[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header
