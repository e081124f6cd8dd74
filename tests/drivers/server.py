"""The provider itself in this process, on a real socket of the loopback, so that its clock can be moved."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from idp.server.tls import Tls
from idp.usecases.services import Services
from idp.values.issuer import Issuer

GRACE_SECONDS = 1
PATIENCE_SECONDS = 600  # a connection closed as a request is sent looks like a failure of the provider


@dataclass(frozen=True, kw_only=True)
class RunningServer:
    """A provider that answers at its issuer."""

    issuer: Issuer
    services: Services

    def url(self, path: str) -> str:
        """An absolute URL of it."""
        return self.issuer.url(path)


def bound_sockets() -> list[socket.socket]:
    """A free port of `localhost`, on both addresses where the machine has both; the issuer is known before the app."""
    first = _bound(socket.AF_INET, "127.0.0.1", 0)
    try:
        second = _bound(socket.AF_INET6, "::1", first.getsockname()[1])
    except OSError:
        return [first]
    return [first, second]


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made


@asynccontextmanager
async def serving(app: ASGIApp, sockets: list[socket.socket], *, tls: Tls | None = None) -> AsyncIterator[None]:
    """Serve until the block ends, without uvicorn's main loop, whose pauses would cost each test 0.2 s."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=PATIENCE_SECONDS,
        ssl_context_factory=(lambda *_: tls.context()) if tls else None,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.on_tick(0)  # sets the default headers
    await server.startup(sockets=sockets)
    assert server.started, "the application did not start"
    try:
        yield
    finally:
        for listening in server.servers:
            listening.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        await server.lifespan.shutdown()
        for listening in server.servers:
            await listening.wait_closed()
