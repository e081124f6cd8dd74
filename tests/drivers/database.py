"""One PostgreSQL for all tests, and a fresh database for each: cloned from a template migrated once, keys included.

The server is the embedded one, in shared memory where there is room, or the one that TEST_DATABASE_URL names (a
superuser's URL). With xdist the controller owns it, because it lives longest; the workers get its address.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from idp import resources
from idp.server import postgres
from idp.storage import migrate, roles
from idp.storage.database import Database
from idp.usecases import keys
from idp.values.secrets import DatabaseUrl

NEEDED = 1 << 30  # bytes that shared memory must have free


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A server and the template; plain text, so that it can be handed to xdist's workers."""

    superuser: str
    template: str
    keys: str

    def url(self, role: str | None, database: str) -> DatabaseUrl:
        """The URL of a role and a database; None is the superuser."""
        parts = urlsplit(self.superuser)
        user = role or parts.username or ""
        password = f":{parts.password}" if parts.password and role is None else ""
        host = parts.netloc.rpartition("@")[2]
        return DatabaseUrl(parts._replace(netloc=f"{user}{password}@{host}", path=f"/{database}").geturl())


@dataclass(frozen=True, kw_only=True)
class FreshDatabase:
    """A database of one test's own: migrated, with keys, empty besides."""

    cluster: Cluster
    name: str

    @property
    def server(self) -> DatabaseUrl:
        """As the role that the server runs under."""
        return self.cluster.url(roles.SERVER, self.name)

    @property
    def owner(self) -> DatabaseUrl:
        """As the owner of the schema."""
        return self.cluster.url(roles.OWNER, self.name)

    @property
    def superuser(self) -> DatabaseUrl:
        """As the superuser."""
        return self.cluster.url(None, self.name)

    @property
    def keys(self) -> Path:
        """The folder of root keys that opens it."""
        return Path(self.cluster.keys)


class Running:
    """The PostgreSQL of this test run and the template on it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="idp-tests-", dir=_roomy_place()))
        self.folder.chmod(0o755)  # PostgreSQL runs as another user where the tests run as root
        given = os.environ.get("TEST_DATABASE_URL")
        self._started = None if given else postgres.start(self.folder / "postgres", durable=False)
        superuser = given or self._dsn()
        self.cluster = Cluster(superuser=superuser, template=f"t_{uuid4().hex}", keys=str(self.folder / "keys"))
        run(make_template(self.cluster))

    def stop(self) -> None:
        """Stop what was started, remove what was made."""
        if self._started is None:
            run(drop(self.cluster, self.cluster.template))
        else:
            self._started.stop()
        shutil.rmtree(self.folder)

    def _dsn(self) -> str:
        assert self._started is not None
        return self._started.dsn(self._started.superuser, "postgres")


async def make_template(cluster: Cluster) -> None:
    """A migrated database with root, service and signing keys: making an RSA key takes longer than a whole test."""
    await roles.prepare_embedded(cluster.url(None, "postgres"), cluster.template)
    at = datetime.now(UTC)
    migrations = migrate.load(resources.folder("migrations"))
    owner = cluster.url(roles.OWNER, cluster.template)
    await migrate.migrate(owner, migrations, server_role=roles.SERVER, at=at, report=lambda _: None)
    database = Database(cluster.url(roles.SERVER, cluster.template))
    await keys.ensure(database, Path(cluster.keys), os.urandom, at)
    await database.close()


async def clone(cluster: Cluster, *, template: str | None = None) -> FreshDatabase:
    """A new database; `template` names another one than the migrated one, such as template0 for an empty database."""
    name = f"d_{uuid4().hex}"
    how = f'TEMPLATE "{template or cluster.template}" STRATEGY FILE_COPY OWNER {roles.OWNER}'
    await administer(cluster, f'CREATE DATABASE "{name}" {how}')
    return FreshDatabase(cluster=cluster, name=name)


async def drop(cluster: Cluster, name: str) -> None:
    """Remove a database, whoever is still connected to it."""
    await administer(cluster, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def administer(cluster: Cluster, statement: str) -> None:
    """Run one statement as the superuser, outside of all test databases."""
    connection = await asyncpg.connect(cluster.url(None, "postgres").expose())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """On a loop of its own that leaves pytest-asyncio's alone."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(coroutine)


def _roomy_place() -> Path | None:
    shared = Path("/dev/shm")  # noqa: S108 - the folder made there is closed to others by its mode
    if os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > NEEDED:
        return shared
    return None
