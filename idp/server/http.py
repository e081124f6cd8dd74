"""The HTTP parser of a worker, with an end to a request's head in octets and in time; uvicorn's own waits for ever."""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 64 * 1024
"""Octets of request line and headers. More is refused before the application is asked; several reads may make them."""

HEAD_SECONDS = 30.0
"""From the connection, or from a head's first octets, to its end."""

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class ShortHeads(HttpToolsProtocol):
    """Counts what arrives until a head is complete, so that none that never ends fills memory or keeps a connection."""

    head_seconds = HEAD_SECONDS
    _in_head = True
    _octets = 0
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connects."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins (httptools)."""
        super().on_message_begin()
        self._in_head, self._octets = True, 0

    def on_headers_complete(self) -> None:
        """Its head has ended (httptools)."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Octets of the connection. What came in one read with the end of the head is not counted."""
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._wait()
        self._octets += len(data)
        if self._octets > LONGEST_HEAD:
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
