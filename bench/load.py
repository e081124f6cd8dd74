"""A load of its own making: keep-alive connections on plain sockets, since only the server's CPU is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode, urlsplit

_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name; empty where there is none."""
        return next((value for each, value in self.headers if each == name), "")


@dataclass(slots=True)
class Connection:
    """One keep-alive connection with a cookie jar, as a browser or a client library holds it."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @classmethod
    def to(cls, issuer: str) -> Self:
        """A connection to the provider."""
        parts = urlsplit(issuer)
        return cls(parts.hostname or "", parts.port or 80)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET."""
        return await self._send("GET", path, headers or {}, b"")

    async def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """POST a form."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return await self._send("POST", path, sent, urlencode(form).encode())

    async def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._streams
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        writer.write("\r\n".join(lines).encode() + _END + body)
        return await self._receive(reader)

    async def _receive(self, reader: asyncio.StreamReader) -> Answer:
        first, *lines = (await reader.readuntil(_END)).decode("latin-1").split("\r\n")
        pairs = [line.partition(": ") for line in lines if line]
        headers = tuple((name.lower(), value) for name, _, value in pairs)
        for name, value in headers:
            if name == "set-cookie":
                cookie, _, text = value.partition(";")[0].partition("=")
                self.cookies[cookie] = text
        length = int(next((value for name, value in headers if name == "content-length"), "0"))
        return Answer(status=int(first.split(" ")[1]), headers=headers, body=await reader.readexactly(length))

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


Operation = Callable[[Connection, int], Awaitable[None]]
"""One operation on one connection; the number tells them apart."""


async def run(issuer: str, operation: Operation, count: int, connections: int) -> None:
    """`count` operations, as many at once as connections."""
    numbers = iter(range(count))

    async def work(connection: Connection) -> None:
        for number in numbers:
            await operation(connection, number)

    opened = [Connection.to(issuer) for _ in range(connections)]
    try:
        async with asyncio.TaskGroup() as tasks:
            for connection in opened:
                tasks.create_task(work(connection))
    finally:
        for connection in opened:
            connection.close()
