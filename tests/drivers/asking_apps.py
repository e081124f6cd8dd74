"""Apps that ask by a signed request object, in the request or at an address of theirs.

asking = await asking_app(provider, ClientSigner.of("ES256"))
page = await browser.open(await asking.url(prompt="login"))     # state, nonce and prompt stand in the object alone
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from idp.oidc.client_metadata import ClientMetadata
from idp.storage import clients
from idp.values.ids import ClientId
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.client_signer import ClientSigner
from tests.drivers.provider import Provider

OUTSIDE = ("client_id", "response_type", "scope", "redirect_uri")
"""What OIDC Core 6.1 wants beside the object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingApp:
    """A relying party and the key it signs its requests with."""

    provider: Provider
    app: AuthlibClient
    signer: ClientSigner

    async def claims(self, **changes: object) -> dict[str, object]:
        """A whole request as claims, changed; what is None is left out."""
        texts = {name: value for name, value in changes.items() if isinstance(value, str)}
        asked = dict(parse_qsl(urlsplit(await self.app.authorization_url(**texts)).query))
        own = {"iss": self.app.registration.client_id, "aud": str(self.provider.issuer)}
        return {name: value for name, value in ({**own, **asked} | changes).items() if value is not None}

    def around(self, claims: Mapping[str, object], **outside: str | None) -> str:
        """The address with what stands beside the object, changed; what is None is left out."""
        beside = {name: str(claims[name]) for name in OUTSIDE if name in claims}
        kept = {name: value for name, value in (beside | outside).items() if value is not None}
        return f"{self.provider.issuer.url('/authorize')}?{urlencode(kept)}"

    async def url(self, **changes: object) -> str:
        """By value."""
        claims = await self.claims(**changes)
        return self.around(claims, request=self.signer.jwt(claims))


async def asking_app(
    provider: Provider, signer: ClientSigner, client_id: str = "wiki", metadata: ClientMetadata | None = None
) -> AskingApp:
    """A first-party app whose key stands in its registration, unless `metadata` says otherwise."""
    app = await provider.app(client_id)
    await say(provider, client_id, metadata or ClientMetadata(jwks=(signer.jwk,)))
    return AskingApp(provider=provider, app=app, signer=signer)


async def say(provider: Provider, client_id: str, metadata: ClientMetadata) -> None:
    """Register that of the client; the provider is aware of it."""
    database = provider.services.database
    client = await clients.registered(database, ClientId(client_id))
    assert client is not None
    await clients.update(database, replace(client, metadata=metadata), provider.clock())
    provider.services.cache.forget("clients")
