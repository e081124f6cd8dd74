"""A database with this code's schema: the embedded PostgreSQL of the settings, or the one that they name.

What the supervisor and single commands do before anything else. Imports little, because every start waits for it.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from idp.keystore.root_keys import KeyFolderError, RootKeys
from idp.resources import folder
from idp.server import postgres
from idp.server.failure import PostgresStartFailed
from idp.server.postgres import RunningPostgres
from idp.settings import Settings, SettingsError
from idp.storage import keys, migrate, roles
from idp.storage.migrate import MigrationFailed
from idp.storage.pool import connect
from idp.storage.unavailable import DatabaseUnavailable
from idp.values.secrets import DatabaseUrl

__all__ = [
    "NO_DATABASE",
    "NO_KEYS",
    "migrate_database",
    "pointed_at",
    "prepared",
    "require_current",
    "require_root_keys",
    "start_embedded",
]

NO_DATABASE = (SettingsError, PostgresStartFailed, DatabaseUnavailable, MigrationFailed)
NO_KEYS = KeyFolderError
"""Each with a message of one line for whoever starts something."""


def start_embedded(settings: Settings, *, prefer_own: float = 0.0) -> RunningPostgres:
    """The PostgreSQL of the data folder, started or joined; `prefer_own` as in `postgres.start`."""
    return postgres.start(settings.postgres_folder, binaries=settings.postgres_bin, prefer_own=prefer_own)


async def prepared(
    settings: Settings, started: RunningPostgres | None, at: datetime, report: Callable[[str], None]
) -> Settings:
    """Settings that name the database, which has this code's schema and both roles.

    `report` gets the name of each migration that was applied.
    """
    if started is not None:
        await roles.prepare_embedded(DatabaseUrl(started.dsn(started.superuser, "postgres")))
        settings = pointed_at(settings, started)
    await migrate_database(settings, at, report)
    return settings


async def migrate_database(settings: Settings, at: datetime, report: Callable[[str], None]) -> None:
    """Bring the schema to this code's, as its owner, and let the server's role use it."""
    server = _named(settings)
    owner = settings.database_owner_url or server
    role = urlsplit(server.expose()).username if settings.database_owner_url else None
    await migrate.migrate(owner, migrate.load(folder("migrations")), server_role=role, at=at, report=report)


async def require_current(settings: Settings) -> None:
    """Raises MigrationFailed unless the database has exactly this code's schema; changes nothing."""
    connection = await connect(_named(settings))
    try:
        await migrate.require_current(connection, migrate.load(folder("migrations")))
    finally:
        await connection.close()


async def require_root_keys(settings: Settings) -> None:
    """Raises KeyFolderError unless the folder holds every root key that the database names; makes none.

    Before the first start, where it names none yet: unless one can be made, or one was put there to be used.
    """
    connection = await connect(_named(settings))
    try:
        needed = {root.id for root in await keys.roots(connection)}
    finally:
        await connection.close()
    held = RootKeys.load(settings.keys_folder)
    held.require(needed)
    if not needed and len(held.ids) != 1:
        RootKeys.make_room(settings.keys_folder)


def pointed_at(settings: Settings, started: RunningPostgres) -> Settings:
    """The settings with the URLs of the embedded database, whether or not it has been made."""
    server, owner = (DatabaseUrl(started.dsn(role, roles.DATABASE)) for role in (roles.SERVER, roles.OWNER))
    return settings.model_copy(update={"database_url": server, "database_owner_url": owner})


def _named(settings: Settings) -> DatabaseUrl:
    if settings.database_url is None:
        raise SettingsError("IDP_DATABASE_URL: not set, and no embedded PostgreSQL was started")
    return settings.database_url
