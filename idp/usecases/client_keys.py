"""The keys that a client signs with: those in its registration, or those at its jwks_uri (OIDC Core 10.1.1).

Fetched ones are kept for a while, so that a client that takes a key out of its set is followed, and fetched again at
once where none of them signed what came, so that it may sign with a new key the moment it publishes it. Neither happens
more than once in AGAIN, whoever sends what: forged JWTs make no load for others. Where a fetch fails, the keys at hand
serve on until LONGEST has passed.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from idp.keystore.client_jwt import ClientJwt
from idp.keystore.client_keys import ClientKeySet
from idp.oidc.client import Client
from idp.oidc.jwk_set import MOST_OCTETS
from idp.outbound.fetching import FetchFailed
from idp.usecases.client_key_cache import KnownKeys
from idp.usecases.fetching import RemoteDocument, fetch
from idp.usecases.services import Services

FRESH = timedelta(minutes=10)
AGAIN = timedelta(seconds=10)
LONGEST = timedelta(hours=1)


async def signed_by(services: Services, client: Client, jwt: ClientJwt, at: datetime) -> bool:
    """Whether one of the client's keys signed it. May take as long as a fetch; holds no connection meanwhile."""
    if client.metadata.jwks_uri is None:
        return _registered(services, client, at).keys.verifies(jwt)
    known = await _published(services, client, client.metadata.jwks_uri, FRESH, at)
    if known.keys.verifies(jwt):
        return True
    newer = await _published(services, client, client.metadata.jwks_uri, AGAIN, at)
    return newer is not known and newer.keys.verifies(jwt)


def _registered(services: Services, client: Client, at: datetime) -> KnownKeys:
    """Parsed once for each registration."""
    jwks = client.metadata.jwks or ()
    known = services.client_keys.known(client.client_id, jwks)
    if known is None:
        known = KnownKeys(source=jwks, keys=ClientKeySet.of(jwks), loaded_at=at, tried_at=at)
        services.client_keys.keep(client.client_id, known)
    return known


async def _published(services: Services, client: Client, uri: str, age: timedelta, at: datetime) -> KnownKeys:
    """Not older than `age`, unless they were tried to be read just now."""
    known = services.client_keys.known(client.client_id, uri)
    if known is not None and (at - known.loaded_at < age or at - known.tried_at < AGAIN):
        return known
    return await services.client_keys.load(client.client_id, uri, lambda: _fetched(services, client, uri, known, at))


async def _fetched(services: Services, client: Client, uri: str, known: KnownKeys | None, at: datetime) -> KnownKeys:
    document = RemoteDocument(kind="jwks_uri", url=uri, most=MOST_OCTETS, client=client.client_id)
    try:
        keys = await fetch(services, document, lambda fetched: ClientKeySet.parse(fetched.body), at)
    except FetchFailed:
        if known is None or at - known.loaded_at >= LONGEST:
            return KnownKeys(source=uri, keys=ClientKeySet(), loaded_at=at, tried_at=at)
        return replace(known, tried_at=at)
    return KnownKeys(source=uri, keys=keys, loaded_at=at, tried_at=at)
