"""Fixtures of calls to the outside: a client's own https server, and a provider that trusts whoever vouches for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from socket import socket

import pytest

from idp.usecases import configuration
from idp.usecases.services import Services
from idp.usecases.unit import unit
from idp.values.issuer import Issuer
from tests.drivers.clock import MovableClock
from tests.drivers.grants import COMMAND
from tests.drivers.strange_server import StrangeServer, strange_server
from tests.drivers.tls_authority import Authority
from tests.drivers.world import World
from tests.drivers.world import world as made_world


@pytest.fixture
async def strange(authority: Authority) -> AsyncIterator[StrangeServer]:
    """Serves what its path says, as `localhost`."""
    async with strange_server(authority.leaf(name="strange")) as running:
        yield running


@pytest.fixture
async def reachable(services: Services, strange: StrangeServer) -> StrangeServer:
    """The same server, named in fetch_hosts: it is on the loopback."""
    async with unit(services, COMMAND, None, services.clock()) as made:
        await configuration.change(made, "fetch_hosts", [strange.authority])
    services.cache.forget("configuration")
    return strange


@pytest.fixture
async def world(services: Services, sockets: list[socket], issuer: Issuer, clock: MovableClock) -> AsyncIterator[World]:
    """A provider at `world.issuer`."""
    async with made_world(services, sockets, issuer, clock) as yielded:
        yield yielded
