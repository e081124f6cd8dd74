"""Relying parties of either library, registered at our own provider. Owns no clause: the tests state those.

    client = await relying_party(provider, "openid-client", metadata=Metadata(id_token_alg="ES256"))
    await whole_journey(client, await somebody(provider), browser, expected_amr=["pwd", "otp", "mfa"])

openid-client judges times by the machine's clock, so its tests leave the provider's clock where it began: at now.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from joserfc.jwk import RSAKey

from idp.usecases import user_profile
from idp.usecases.clients import Kind, Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.clients.idpy_client import IdpyClient
from tests.clients.journey import SCOPE
from tests.clients.node_client import OpenidClient
from tests.clients.tokens import Client, Registration
from tests.drivers.grants import add_client
from tests.drivers.person import Person
from tests.drivers.provider import Provider

Library = Literal["authlib", "openid-client", "idpyoidc"]
LIBRARIES: tuple[Library, ...] = ("authlib", "openid-client", "idpyoidc")
APP = "https://app.example.org"
KEY = RSAKey.generate_key(2048, {"use": "sig", "kid": "of-the-apps"}, private=True).as_dict(private=True)
PUBLIC_KEY = RSAKey.import_key(KEY).as_dict(private=False)
USUAL = Metadata(redirect_uris=(f"{APP}/callback",), post_logout_redirect_uris=(f"{APP}/signed-out",), first_party=True)


async def relying_party(
    provider: Provider,
    library: Library,
    client_id: str = "wiki",
    kind: Kind = "web",
    metadata: Metadata = USUAL,
) -> Client:
    """Register a client, and be it: the library is told what was registered, and nothing else."""
    registered = await add_client(provider.services, client_id, kind, metadata)
    issuer, registration = str(provider.issuer), Registration.of(registered, KEY)
    if library == "authlib":
        authlib = AuthlibClient(issuer=issuer, registration=registration, scope=SCOPE, trust=provider.trust)
        authlib.now = lambda: int(provider.clock().timestamp())
        return await provider.open.enter_async_context(authlib)
    if library == "idpyoidc":
        assert provider.authority is not None
        return await IdpyClient.start(issuer, registration, provider.authority)
    node = await provider.open.enter_async_context(await OpenidClient.start(provider.authority))
    await node.discover(issuer, registration)
    return node


async def somebody(provider: Provider, username: str = "alice") -> Person:
    """A person with a full name, so that userinfo has all that the journey looks for."""
    person = await provider.person(username)
    async with provider.unit() as made:
        await user_profile.change(made, username, {"name": username.title()})
    return person


def usual(**said: object) -> Metadata:
    """The usual registration with one thing said otherwise."""
    return replace(USUAL, **said)  # type: ignore[arg-type]  # the fields are Metadata's own
