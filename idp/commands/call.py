"""One use case called from the command line: settings, database and services around it, refusals as one line.

With the embedded PostgreSQL its server is started, or joined where one runs, and brought to this code's schema.
"""

import asyncio
import getpass
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import typer

from idp.commands.complaint import complain
from idp.composition import CANNOT_START, clock, open_services
from idp.directory.invalid import InvalidValue
from idp.oidc.errors import OAuthError
from idp.server.postgres import PostgresStartFailed, RunningPostgres
from idp.server.schema import prepared, start_embedded
from idp.settings import Settings
from idp.usecases.configuration import InvalidConfiguration
from idp.usecases.errors import Busy, Unavailable
from idp.usecases.management import Refused
from idp.usecases.services import Services
from idp.usecases.unit import Unit, unit
from idp.values.actors import Actor, Origin
from idp.values.entropy import random_uuid
from idp.values.ids import RequestId

Result = TypeVar("Result")

POOL_SIZE = 2

REFUSALS = (
    Refused,
    InvalidValue,
    OAuthError,
    InvalidConfiguration,
    Busy,
    Unavailable,
    PostgresStartFailed,
    *CANNOT_START,
)
"""Each says in one line, without secrets, why a command did nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What one command has at hand: the services, its instant, and who runs it from where."""

    services: Services
    at: datetime
    actor: Actor
    origin: Origin


def read(work: Callable[[Services, datetime], Awaitable[Result]]) -> Result:
    """Run a use case that changes nothing."""
    return run(lambda call: work(call.services, call.at))


def change(work: Callable[[Unit], Awaitable[Result]]) -> Result:
    """Run a use case in a unit of its own."""

    async def in_unit(call: Call) -> Result:
        async with unit(call.services, call.actor, call.origin, call.at) as opened:
            return await work(opened)

    return run(in_unit)


def run(work: Callable[[Call], Awaitable[Result]]) -> Result:
    """Run with everything open. A refusal is printed and ends the command with status 1."""
    try:
        settings = Settings.load(os.environ)
        with ExitStack() as stack:
            started = None if settings.database_url else stack.enter_context(start_embedded(settings))
            # A loop of our own, so that a loop which runs commands in tests keeps the one it has.
            with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
                return runner.run(_run(settings, started, work))
    except REFUSALS as refusal:
        complain(str(refusal))
        raise typer.Exit(1) from None


def owner() -> Actor:
    """Whoever may run commands here holds the keys and the database, so acts as the owner."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = str(os.getuid())
    return Actor(kind="command", name=name)


async def _run(
    settings: Settings, started: RunningPostgres | None, work: Callable[[Call], Awaitable[Result]]
) -> Result:
    known = settings if started is None else await prepared(settings, started, clock(), lambda _: None)
    async with opened(known) as call:
        return await work(call)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Call]:
    """Services and what goes with them, for one command."""
    async with open_services(settings, pool_size=POOL_SIZE) as services:
        origin = Origin(address="", agent="", request_id=RequestId(str(random_uuid(services.entropy))))
        yield Call(services=services, at=services.clock(), actor=owner(), origin=origin)
