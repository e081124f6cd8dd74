"""`idp serve` as a process of its own, as an operator or an init system starts and stops it.

async with serve_process(folder, IDP_WORKERS="2") as serve:
    await serve.get("/readyz")
    serve.said()                    # what it wrote so far
"""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

from tests.drivers.demo_process import IDP, environment
from tests.drivers.server import bound_sockets

START_SECONDS = 60
END_SECONDS = 30
POLL_SECONDS = 0.05
READY = "idp: idp serves "


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeProcess:
    """A service that may or may not be ready yet."""

    process: Process
    issuer: str
    log: Path

    def said(self) -> str:
        """All that it wrote to its terminal."""
        return self.log.read_text()

    async def get(self, path: str) -> httpx2.Response:
        """One request on a connection of its own."""
        async with httpx2.AsyncClient() as http:
            return await http.get(self.issuer + path)

    async def ready(self, words: str = READY) -> None:
        """Wait until it says so."""
        async with asyncio.timeout(START_SECONDS):
            while words not in self.said():
                assert self.process.returncode is None, self.said()
                await asyncio.sleep(POLL_SECONDS)

    async def ended(self) -> int:
        """Wait for its end."""
        return await asyncio.wait_for(self.process.wait(), START_SECONDS)

    async def told_to_stop(self, number: signal.Signals) -> list[psutil.Process]:
        """Send the signal and wait; returns what is still running of all that it had started."""
        me = psutil.Process(self.process.pid)
        family = [me, *me.children(recursive=True)]
        self.process.send_signal(number)
        await asyncio.wait_for(self.process.wait(), END_SECONDS)
        return [each for each in family if each.is_running()]

    def children(self, word: str) -> list[psutil.Process]:
        """The children whose command line has this word."""
        return [each for each in psutil.Process(self.process.pid).children() if word in each.cmdline()]


def free_port() -> int:
    """A port of localhost that was free a moment ago."""
    sockets = bound_sockets()
    port: int = sockets[0].getsockname()[1]
    for each in sockets:
        each.close()
    return port


@asynccontextmanager
async def serve_process(folder: Path, *options: str, **settings: str) -> AsyncIterator[ServeProcess]:
    """Start it with these settings on a free port. Nothing stays behind, however the test ends."""
    port = free_port()
    issuer = f"http://localhost:{port}"
    ours = {"IDP_ISSUER": issuer, "IDP_LISTEN": f"localhost:{port}", "IDP_DATA_DIR": str(folder / "data"), **settings}
    log = folder / "serve.log"
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *IDP, "serve", *options, env=environment(**ours), stdin=DEVNULL, stdout=said, stderr=said
        )
    try:
        yield ServeProcess(process=process, issuer=issuer, log=log)
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), END_SECONDS)
