"""The composition root: from settings to Services, for server, commands and tests alike. The only wiring there is.

Takes URLs: whoever wants the embedded PostgreSQL starts or joins it first (`server.schema`) and says where it is.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ssl import SSLContext

from idp.keystore.root_keys import KeyFolderError
from idp.oidc.client import Client
from idp.outbound.fetching import Fetcher
from idp.outbound.network import Resolver
from idp.outbound.smtp import Mailer
from idp.outbound.trust import trusted
from idp.resources import folder
from idp.settings import Settings, SettingsError
from idp.storage import clients, configuration, keys, migrate
from idp.storage.cache import ConfigurationCache
from idp.storage.configuration import Configuration
from idp.storage.database import Database, DatabaseUnavailable
from idp.storage.listener import Listener
from idp.storage.migrate import MigrationFailed
from idp.storage.pool import connect
from idp.usecases.hashing import HashingPool, share_of
from idp.usecases.keys import KeyReader, ensure
from idp.usecases.places import Places
from idp.usecases.services import Services
from idp.values.entropy import Clock, Entropy
from idp.values.ids import ClientId
from idp.values.secrets import DatabaseUrl

CANNOT_START = (SettingsError, DatabaseUnavailable, MigrationFailed, KeyFolderError)
"""Each with a message of one line for whoever starts the service."""


def clock() -> datetime:
    """The present instant; edges and jobs take it once and pass it on."""
    return datetime.now(UTC)


entropy: Entropy = os.urandom


@asynccontextmanager
async def open_services(
    settings: Settings, clock: Clock = clock, entropy: Entropy = entropy, *, pool_size: int = 8
) -> AsyncIterator[Services]:
    """Everything open and warm; closed at the end. The schema must be current. Raises one of CANNOT_START."""
    trust, places = trusted(settings.fetch_ca_file), Places.open(settings.geoip_file)
    database = Database(_required(settings.database_url), size=pool_size)
    try:
        await _require_current(database.url)
        await ensure(database, settings.keys_folder, entropy, clock())
        cache = _cache(database, KeyReader(settings.keys_folder, entropy))
        listener = Listener(database.url, heard=cache.forget, listening=cache.trust, deaf=cache.distrust)
        await listener.start()
        try:
            await cache.current()
            cores = len(os.sched_getaffinity(0))
            hashing = HashingPool(share_of(cores, settings.workers), settings.hash_queue)
            fetcher = Fetcher(trust, Resolver())
            try:
                yield Services(
                    settings=settings,
                    database=database,
                    cache=cache,
                    hashing=hashing,
                    fetcher=fetcher,
                    mailer=_mailer(settings, trust),
                    places=places,
                    clock=clock,
                    entropy=entropy,
                )
            finally:
                fetcher.close()
                await hashing.close()
        finally:
            await listener.stop()
    finally:
        await database.close()


def _mailer(settings: Settings, trust: SSLContext) -> Mailer | None:
    if settings.smtp_url is None or settings.smtp_from is None:
        return None
    return Mailer.of(settings.smtp_url, settings.smtp_from, trust)


def _cache(database: Database, reader: KeyReader) -> ConfigurationCache:
    async def load() -> Configuration:
        opened = reader.opened(await keys.load(database))
        values, rules = await configuration.values_and_rules(database)
        return Configuration(
            values=values,
            rules=rules,
            keyring=opened.keyring,
            service_keys=opened.service_keys,
            sealer=opened.sealer,
        )

    async def load_client(client_id: ClientId) -> Client | None:
        return await clients.registered(database, client_id)

    return ConfigurationCache(load, load_client)


async def _require_current(url: DatabaseUrl) -> None:
    connection = await connect(url)
    try:
        await migrate.require_current(connection, migrate.load(folder("migrations")))
    finally:
        await connection.close()


def _required(url: DatabaseUrl | None) -> DatabaseUrl:
    if url is None:
        raise SettingsError("IDP_DATABASE_URL: not set, and no embedded PostgreSQL was started")
    return url
