"""Fixtures of all tests that need a database: nothing is started unless a test asks for it.

async def test_…(database, clock):      # a fresh database, as the server's role
async def test_…(services, clock):      # what use cases are handed, over a fresh database
async def test_…(server, services):     # the whole provider at server.issuer

Docstrings of tests cite what they hold: RFCs; requirements by id (`O-15`, `V6.4.1`: docs/security-requirements.md);
`decision 5`: docs/decisions/.
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Any

import pytest

from idp.composition import open_services
from idp.settings import Settings
from idp.storage.database import Database
from idp.usecases.services import Services
from idp.values.issuer import Issuer
from tests.drivers.browser_http import Browser
from tests.drivers.clock import MovableClock
from tests.drivers.database import Cluster, FreshDatabase, Running, clone, drop
from tests.drivers.provider import Provider
from tests.drivers.server import RunningServer, bound_sockets, serving
from tests.drivers.tls_authority import Authority

CLUSTER = "idp_cluster"
running = pytest.StashKey[Running]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - xdist has no types
    """In xdist's controller, once per worker."""
    if running not in node.config.stash:
        node.config.stash[running] = Running()
    node.workerinput[CLUSTER] = asdict(node.config.stash[running].cluster)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The server goes when all tests of all workers have ended."""
    if running in config.stash:
        config.stash[running].stop()


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """PostgreSQL and a migrated template."""
    given = getattr(request.config, "workerinput", {}).get(CLUSTER)
    if given is None and running not in request.config.stash:
        request.config.stash[running] = Running()
    return Cluster(**given) if given else request.config.stash[running].cluster


@pytest.fixture
async def fresh(cluster: Cluster) -> AsyncIterator[FreshDatabase]:
    """A database of this test's own, by its URLs."""
    made = await clone(cluster)
    yield made
    await drop(cluster, made.name)


@pytest.fixture
async def database(fresh: FreshDatabase) -> AsyncIterator[Database]:
    """A fresh database as the server's role."""
    opened = Database(fresh.server)
    yield opened
    await opened.close()


@pytest.fixture
async def owner(fresh: FreshDatabase) -> AsyncIterator[Database]:
    """The same database as the schema's owner."""
    opened = Database(fresh.owner)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> MovableClock:
    """Stands still; `clock.advance(minutes=5)`."""
    return MovableClock()


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    """Bound to a free port of localhost."""
    bound = bound_sockets()
    yield bound
    for each in bound:
        each.close()


@pytest.fixture
def scheme() -> str:
    """How the provider is served. Tests of `https` say so: `@pytest.mark.parametrize("scheme", ["https"])`."""
    return "http"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The CA of this run, which whoever speaks to an `https` provider is told to trust."""
    return Authority.made(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def issuer(sockets: list[socket.socket], scheme: str) -> Issuer:
    """Known before the application that must know it."""
    return Issuer.parse(f"{scheme}://localhost:{sockets[0].getsockname()[1]}")


@pytest.fixture
def settings(fresh: FreshDatabase, issuer: Issuer, authority: Authority) -> Settings:
    """As an operator would set them, for this database."""
    return Settings(
        issuer=issuer,
        database_url=fresh.server,
        database_owner_url=fresh.owner,
        keys_dir=fresh.keys,
        hash_queue=1000,
        fetch_ca_file=authority.certificate,
    )


@pytest.fixture
async def services(settings: Settings, clock: MovableClock) -> AsyncIterator[Services]:
    """Everything that use cases are handed, over a fresh database, by the composition root itself."""
    async with open_services(settings, clock, os.urandom) as opened:
        yield opened


@pytest.fixture
async def server(
    services: Services, sockets: list[socket.socket], issuer: Issuer, authority: Authority
) -> AsyncIterator[RunningServer]:
    """The provider, served in this process at `server.issuer`."""
    from idp.app import create_app  # noqa: PLC0415 - tests below it need no web

    tls = authority.leaf() if issuer.secure else None
    async with serving(create_app(services), sockets, tls=tls):
        yield RunningServer(issuer=issuer, services=services)


@pytest.fixture
async def provider(
    server: RunningServer, services: Services, clock: MovableClock, authority: Authority
) -> AsyncIterator[Provider]:
    """The provider with drivers for its people and apps."""
    async with AsyncExitStack() as opened:
        yield Provider(services=services, issuer=server.issuer, clock=clock, open=opened, authority=authority)


@pytest.fixture
async def browser(authority: Authority) -> AsyncIterator[Browser]:
    """One browser without scripts."""
    async with Browser(trust=authority.trusting()) as opened:
        yield opened
