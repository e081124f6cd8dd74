"""Serve an ASGI application in this process on a real socket of the loopback. Owns the socket and the server's end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

WAIT_SECONDS = 0.01


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A bound socket, so that an address is known before the application that must know it is made.

    `localhost` is bound on 127.0.0.1: another site for browsers, the same machine.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1" if host == "localhost" else host, port))
    return bound


def url_of(bound: socket.socket, host: str = "127.0.0.1") -> str:
    """The address of that socket, without a final slash."""
    return f"http://{host}:{bound.getsockname()[1]}"


@asynccontextmanager
async def serving(app: ASGIApp, bound: socket.socket) -> AsyncIterator[None]:
    """Serve until the block ends. No access log, no lifespan: the application is ready when it is given."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False))
    task = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        while not server.started:
            assert not task.done(), "the server ended before it was up"
            await asyncio.sleep(WAIT_SECONDS)
        yield
    finally:
        server.should_exit = True
        await task
        bound.close()
