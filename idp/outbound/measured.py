"""A connection that is read in small pieces and only so far: what is counted is what comes, not what it says.

A body of a few octets may come in any number of chunks after any number of interim answers, and each is work for us.
"""

import asyncio
import ssl

from httpcore2 import AsyncNetworkStream

from idp.outbound.target import FetchFailed, FetchFault

AROUND = 64 * 1024
"""Octets of heads, sizes of chunks and trailers, beside the content."""

_AT_A_TIME = 4096
"""Then others have their turn: a piece of this size takes the parser a few milliseconds, whatever it says."""


class MeasuredStream(AsyncNetworkStream):
    """Of one call. Raises FetchFailed, which httpcore lets through."""

    def __init__(self, stream: AsyncNetworkStream, most: int) -> None:
        """`most`: octets that may come over it."""
        self._stream = stream
        self._left = most

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's own
        """The next piece."""
        await asyncio.sleep(0)
        octets = await self._stream.read(min(max_bytes, _AT_A_TIME), timeout)
        self._left -= len(octets)
        if self._left < 0:
            raise FetchFailed(FetchFault.TOO_LARGE)
        return octets

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's own
        """All of it."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """And what it was made of."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own
    ) -> AsyncNetworkStream:
        """The handshake's own octets are not counted: the whole call has its time."""
        return MeasuredStream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._left)

    def get_extra_info(self, info: str) -> object:
        """What httpcore asks of the connection."""
        return self._stream.get_extra_info(info)
