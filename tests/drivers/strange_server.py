"""An https server of some client, which does to whoever fetches from it what its path says. Byte by byte, no framework.

async with strange_server(authority.leaf()) as server:
    await fetcher.get(server.url("/hang"), …)
    server.pages["/jwks"] = page(b"{}")            # what else it shall answer
    server.requests                                # what arrived
"""

from __future__ import annotations

import asyncio
import json
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from idp.server.tls import Tls

FOREVER = 3600.0
LOOKS = 1000
DRIP_SECONDS = 0.05
CLIENT_HELLO = b"\x16"  # RFC 8446 5.1


def page(
    body: bytes, media_type: str = "application/json", *, status: str = "200 OK", headers: tuple[str, ...] = ()
) -> bytes:
    """One answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


PAGES = {
    "/html": page(b"<!doctype html><title>hello</title>", "text/html; charset=utf-8"),
    "/redirect": page(b"", status="302 Found", headers=("Location: https://127.0.0.1:1/",)),
    "/permanent": page(b"", status="308 Permanent Redirect", headers=("Location: /html",)),
    "/missing": page(b"{}", status="404 Not Found"),
    "/failing": page(b"{}", status="500 Internal Server Error"),
    "/empty": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/large": page(b" " * (1024 * 1024 + 1)),
    "/zipped": page(b"\x1f\x8b", headers=("Content-Encoding: gzip",)),
    "/garbage": b"\x00\xff nothing like HTTP\r\n\r\n",
    "/cut": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    "/header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    "/switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "/nothing": b"",
}


@dataclass(slots=True, kw_only=True)
class StrangeServer:
    """One on 127.0.0.1, on a port of its own."""

    port: int = 0
    pages: dict[str, bytes] = field(default_factory=lambda: dict(PAGES))
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str, host: str = "localhost") -> str:
        """By the name or the address it is to be reached under."""
        return f"https://{host}:{self.port}{path}"

    @property
    def authority(self) -> str:
        """What `fetch_hosts` must name before anything is fetched from here."""
        return f"localhost:{self.port}"

    def publish(self, *jwks: Mapping[str, object], path: str = "/jwks") -> None:
        """The client's keys from now on."""
        self.pages[path] = page(json.dumps({"keys": jwks}).encode())

    async def asked(self, times: int = 1) -> None:
        """Once so many requests have arrived."""
        for _ in range(LOOKS):
            if len(self.requests) >= times:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"nobody asked {times} times")

    async def handle(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One request."""
        self.connections += 1
        try:
            await self._serve(reader, writer)
        finally:
            writer.transport.abort()  # TLS says no goodbye, and nobody waits for one

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            first = await reader.readexactly(1)
            if first == CLIENT_HELLO:
                writer.write(page(b"This port speaks HTTP.", "text/plain", status="400 Bad Request"))
                return
            head = first + await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head + await reader.readexactly(_length(head)))
            await self._answer(head.split(b" ")[1].decode("ascii").partition("?")[0], writer)

    async def _answer(self, path: str, writer: StreamWriter) -> None:
        if path == "/hang":
            await asyncio.sleep(FOREVER)
        if path == "/drip":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(DRIP_SECONDS)
        if path == "/endless":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            while True:
                writer.write(b" " * 65536)
                await writer.drain()
        writer.write(self.pages.get(path, PAGES["/missing"]))
        await writer.drain()


@asynccontextmanager
async def strange_server(tls: Tls | None) -> AsyncIterator[StrangeServer]:
    """`tls` None: it speaks plain HTTP."""
    made, tasks = StrangeServer(), set[asyncio.Task[None]]()

    def accept(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(made.handle(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls.context() if tls else None)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _length(head: bytes) -> int:
    named = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return int(named[0].partition(b":")[2]) if named else 0
