"""Connections to addresses that were vetted: the name is resolved once, and what is connected to is what was looked at.

So a name that answers differently a moment later (DNS rebinding) leads nowhere.
"""

import asyncio
import socket
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from httpcore2 import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream, ConnectError, ConnectTimeout

from idp.outbound.addresses import IpAddress, is_public
from idp.outbound.measured import AROUND, MeasuredStream
from idp.outbound.target import FetchFailed, FetchFault, Target

_TRIED = 4
"""Addresses of one name, in the order of the system's resolver (RFC 6724)."""

_THREADS = 32
"""Names that may be looked up at a time."""

_SECONDS_EACH = 1.5
"""For one address while there is another: a machine without a route for IPv6 still gets to the IPv4 address."""


LookUp = Callable[[str, int], list[str]]
"""From a host to its addresses; raises OSError or UnicodeError. It may take as long as it likes."""


def looked_up(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Resolver:
    """The system's resolver in threads of its own: names that are never answered hold up nobody else's look-ups.

    A look-up outlives the call that gave it up, so there is never more than one of a name: all who ask share it.
    """

    def __init__(self, look_up: LookUp = looked_up) -> None:
        self._look_up = look_up
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolving")
        self._asked: dict[str, asyncio.Future[list[str]]] = {}

    async def addresses(self, host: str, port: int) -> tuple[IpAddress, ...]:
        """All there are, the best first. Raises FetchFailed."""
        asked = self._asked.get(host)
        if asked is None:
            asked = asyncio.get_running_loop().run_in_executor(self._threads, self._look_up, host, port)
            self._asked[host] = asked
            asked.add_done_callback(lambda done: self._answered(host, done))
        try:
            found = await asyncio.shield(asked)
        except (OSError, UnicodeError):  # no such name; a label that IDNA does not know
            raise FetchFailed(FetchFault.UNRESOLVED) from None
        return tuple(ip_address(each) for each in dict.fromkeys(found))

    def close(self) -> None:
        """Waits for nothing: a look-up that hangs is left to end by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _answered(self, host: str, asked: asyncio.Future[list[str]]) -> None:
        del self._asked[host]
        if not asked.cancelled():
            asked.exception()  # looked at, for nobody may be left who waits for it


class VettedNetwork(AsyncNetworkBackend):
    """For one call: connects to the target and to nothing else. Raises FetchFailed, which httpcore lets through."""

    def __init__(self, resolver: Resolver, target: Target, allowed: Collection[str], *, most: int) -> None:
        """`allowed`: hosts whose addresses need not be public. `most`: octets of content."""
        self._resolver = resolver
        self._target = target
        self._anywhere = target.is_among(allowed)
        self._most = most
        self._plain = AnyIOBackend()
        self._opened: AsyncNetworkStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's; the whole call has one limit
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """The connection that TLS is then spoken over."""
        if (host, port) != (self._target.host, self._target.port):
            raise FetchFailed(FetchFault.BAD_URL)
        vetted = await self._vetted()
        for address in vetted:
            limit = timeout if address == vetted[-1] else _SECONDS_EACH
            try:
                opened = await self._plain.connect_tcp(str(address), port, limit, local_address, socket_options)
            except (ConnectError, ConnectTimeout):
                continue
            self._opened = MeasuredStream(opened, self._most + AROUND)
            return self._opened
        raise FetchFailed(FetchFault.REFUSED)

    async def aclose(self) -> None:
        """Once more for a call that ran out of time amid the TLS handshake: httpcore then forgets the connection."""
        if self._opened is not None:
            await self._opened.aclose()

    async def _vetted(self) -> tuple[IpAddress, ...]:
        """All or none: a name with a private address beside a public one is not asked at either."""
        found = await self._resolver.addresses(self._target.host, self._target.port)
        if not self._anywhere and not all(map(is_public, found)):
            raise FetchFailed(FetchFault.PRIVATE_ADDRESS)
        return found[:_TRIED]
