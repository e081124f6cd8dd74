"""Clients that authenticate by JWTs, registered and at work.

robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
answer = await robot.own_token()                                    # proved by a fresh assertion
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import httpx2

from idp.oidc.client import AuthMethod
from idp.oidc.client_metadata import ClientMetadata
from idp.storage import clients
from idp.usecases.clients import Kind, Metadata
from idp.values.ids import ClientId
from tests.drivers.app_code import RelyingApp
from tests.drivers.client_signer import ClientSigner, assertion_claims, assertion_form
from tests.drivers.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningApp:
    """A client and what it signs with."""

    world: World
    app: RelyingApp
    signer: ClientSigner

    @property
    def client_id(self) -> ClientId:
        """Its name at the provider."""
        return self.app.registered.client.client_id

    @property
    def secret(self) -> str:
        """What it signs with, where that is a secret."""
        assert self.app.registered.secret is not None
        return self.app.registered.secret.expose()

    def signing_with(self, signer: ClientSigner) -> SigningApp:
        """The same name in other hands, or with other keys."""
        return replace(self, signer=signer)

    def assertion(self, header: Mapping[str, object] | None = None, /, **claims: object) -> str:
        """A good one, changed; what is None is left out."""
        good = assertion_claims(self.client_id, str(self.world.issuer), self.world.clock())
        kept = {name: value for name, value in (good | claims).items() if value is not None}
        return self.signer.jwt(kept, header)

    async def post(self, path: str, form: Mapping[str, str], assertion: str | None = None) -> httpx2.Response:
        """A form, proved by that assertion or by a fresh one."""
        proof = assertion_form(assertion or self.assertion())
        return await self.world.http.post(self.world.issuer.url(path), data={**proof, **form})

    async def own_token(self, assertion: str | None = None, **form: str) -> httpx2.Response:
        """RFC 6749 4.4.2."""
        return await self.post("/token", {"grant_type": "client_credentials", **form}, assertion)

    async def registered_with(self, metadata: ClientMetadata) -> SigningApp:
        """Its registration changed, and the provider aware of it."""
        return replace(self, app=await registered_with(self.world, self.app, metadata))


async def signing_app(
    world: World, client_id: str, signer: ClientSigner, kind: Kind = "machine", metadata: ClientMetadata | None = None
) -> SigningApp:
    """A client with that key in its registration, unless `metadata` says where its keys are."""
    said = Metadata(scopes=("read",)) if kind == "machine" else None
    app = await world.app(client_id, kind, said)
    app = await registered_with(world, app, metadata or ClientMetadata(jwks=(signer.jwk,)))
    return SigningApp(world=world, app=app, signer=signer)


async def sharing_app(world: World, client_id: str) -> SigningApp:
    """A client that signs with its secret."""
    app = await world.app(client_id, "machine", Metadata(scopes=("read",), auth_method=AuthMethod.CLIENT_SECRET_JWT))
    await world.warm(app)
    assert app.registered.secret is not None
    return SigningApp(world=world, app=app, signer=ClientSigner.with_secret(app.registered.secret.expose()))


async def registered_with(world: World, app: RelyingApp, metadata: ClientMetadata) -> RelyingApp:
    """From now on it authenticates by private_key_jwt; the provider has heard of it."""
    client = replace(app.registered.client, auth_method=AuthMethod.PRIVATE_KEY_JWT, metadata=metadata)
    await clients.update(world.services.database, client, world.clock())
    await world.warm(app)
    return replace(app, registered=replace(app.registered, client=client))
