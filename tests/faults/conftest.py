"""Fixtures of faults: a provider in a process of its own that may be killed, and a PostgreSQL that may be."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from idp.app import create_app
from idp.composition import open_services
from idp.server import postgres
from idp.settings import Settings
from idp.values.issuer import Issuer
from tests.drivers.clock import MovableClock
from tests.drivers.database import Cluster, FreshDatabase, clone, make_template
from tests.drivers.demo_process import environment
from tests.drivers.provider import Provider
from tests.drivers.server import bound_sockets, serving

DOWN_SECONDS = 0.3


class RealClock(MovableClock):
    """The one of the processes under test."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


class Worker:
    """The process that `idp serve` keeps for each worker, on sockets that outlive it: what arrives waits there."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        self.sockets = bound_sockets()
        self.issuer = Issuer.parse(f"http://localhost:{self.sockets[0].getsockname()[1]}")
        self.environ = environment(IDP_ISSUER=self.issuer, **settings)
        self.log = log
        self.kills = 0
        self.process = self._spawned()

    def _spawned(self) -> subprocess.Popen[bytes]:
        fds = [each.fileno() for each in self.sockets]
        command = [sys.executable, "-P", "-m", "idp", "worker", *map(str, fds)]
        with self.log.open("ab") as said:
            return subprocess.Popen(
                command, env=self.environ, pass_fds=fds, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )

    def kill(self) -> None:
        """Kill -9, and another in its place."""
        self.stop()
        self.kills += 1
        self.process = self._spawned()

    def stop(self) -> None:
        """Kill -9."""
        assert self.process.poll() is None, self.log.read_text()
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Leave nothing behind."""
        self.stop()
        for each in self.sockets:
            each.close()


@pytest.fixture
def worker(fresh: FreshDatabase, tmp_path: Path) -> Iterator[Worker]:
    """Over a database that outlives it."""
    settings = {
        "IDP_DATABASE_URL": fresh.server.expose(),
        "IDP_KEYS_DIR": str(fresh.keys),
        "IDP_DATA_DIR": str(tmp_path),
    }
    made = Worker(settings, tmp_path / "worker.log")
    yield made
    made.close()


@pytest.fixture
async def beside(worker: Worker, fresh: FreshDatabase) -> AsyncIterator[Provider]:
    """People and apps of the provider that `worker` serves, made beside it; ready when its first answer has come."""
    issuer = worker.issuer
    settings = Settings(
        issuer=issuer, database_url=fresh.server, database_owner_url=fresh.owner, keys_dir=fresh.keys, hash_queue=100
    )
    await reached(issuer)
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings, RealClock(), os.urandom))
        yield Provider(services=services, issuer=issuer, clock=RealClock(), open=stack)


async def reached(issuer: Issuer) -> None:
    """Nobody listens before the first worker does; afterwards what arrives waits."""
    async with httpx2.AsyncClient(timeout=60) as http:
        for _ in range(600):
            try:
                assert (await http.get(issuer.url("/readyz"))).status_code == 200
            except httpx2.ConnectError:
                await asyncio.sleep(0.05)
            else:
                return
    raise AssertionError("no worker listens")


class OwnPostgres:
    """A durable PostgreSQL of one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running = postgres.start(folder)

    async def crash(self) -> None:
        """`pg_ctl stop -m immediate`: no goodbye to anybody, recovery at the next start."""
        assert self.running.process is not None
        self.running.process.send_signal(signal.SIGQUIT)
        while self.running.process.poll() is None:  # noqa: ASYNC110 - it is another process that ends
            await asyncio.sleep(0.01)
        await asyncio.sleep(DOWN_SECONDS)
        self.running.stop()
        self.running = postgres.start(self.folder)

    def cluster(self, keys: Path) -> Cluster:
        """For the drivers of databases."""
        dsn = self.running.dsn(self.running.superuser, "postgres")
        return Cluster(superuser=dsn, template=f"t_{uuid4().hex}", keys=str(keys))


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    """Where its own user can reach it, unlike `tmp_path`."""
    folder = Path(tempfile.mkdtemp(prefix="idp-"))
    folder.chmod(0o755)
    made = OwnPostgres(folder / "postgres")
    yield made
    made.running.stop()
    shutil.rmtree(folder)


@pytest.fixture
async def over_it(own_postgres: OwnPostgres, tmp_path: Path) -> AsyncIterator[Provider]:
    """A provider in this process, over that PostgreSQL."""
    cluster = own_postgres.cluster(tmp_path / "keys")
    await make_template(cluster)
    fresh, clock, sockets = await clone(cluster), MovableClock(), bound_sockets()
    issuer = Issuer.parse(f"http://localhost:{sockets[0].getsockname()[1]}")
    settings = Settings(
        issuer=issuer, database_url=fresh.server, database_owner_url=fresh.owner, keys_dir=fresh.keys, hash_queue=1000
    )
    async with AsyncExitStack() as stack:
        for each in sockets:
            stack.callback(each.close)
        services = await stack.enter_async_context(open_services(settings, clock, os.urandom))
        await stack.enter_async_context(serving(create_app(services), sockets))
        yield Provider(services=services, issuer=issuer, clock=clock, open=stack)
