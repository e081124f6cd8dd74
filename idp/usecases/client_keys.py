"""The keys that a client signs with: those in its registration."""

from datetime import datetime

from idp.keystore.client_jwt import ClientJwt
from idp.keystore.client_keys import ClientKeySet
from idp.oidc.client import Client
from idp.usecases.client_key_cache import KnownKeys
from idp.usecases.services import Services


async def signed_by(services: Services, client: Client, jwt: ClientJwt, at: datetime) -> bool:
    """Whether one of the client's keys signed it."""
    return _registered(services, client, at).keys.verifies(jwt)


def _registered(services: Services, client: Client, at: datetime) -> KnownKeys:
    """Parsed once for each registration."""
    jwks = client.metadata.jwks or ()
    known = services.client_keys.known(client.client_id, jwks)
    if known is None:
        known = KnownKeys(source=jwks, keys=ClientKeySet.of(jwks), loaded_at=at, tried_at=at)
        services.client_keys.keep(client.client_id, known)
    return known
