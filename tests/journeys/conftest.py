"""Fixtures of journeys: `world` serves the endpoints, with apps and people made without the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from socket import socket

import pytest

from idp.usecases.services import Services
from idp.values.issuer import Issuer
from tests.drivers.clock import MovableClock
from tests.drivers.command_line import CommandLine, of_database
from tests.drivers.database import FreshDatabase
from tests.drivers.registering import Registrar, registering
from tests.drivers.world import World
from tests.drivers.world import world as made


@pytest.fixture
async def world(services: Services, sockets: list[socket], issuer: Issuer, clock: MovableClock) -> AsyncIterator[World]:
    """A provider at `world.issuer`."""
    async with made(services, sockets, issuer, clock) as yielded:
        yield yielded


@pytest.fixture
def idp(fresh: FreshDatabase) -> CommandLine:
    """The command line over the database of this test."""
    return of_database(fresh)


@pytest.fixture
async def registrar(world: World) -> Registrar:
    """Registers apps, with an initial access token that is good for a hundred."""
    return await registering(world.services, world.http)
