"""The listening sockets: opened once by the supervisor, one set per worker, handed to workers by number.

Each worker has a socket of its own (SO_REUSEPORT), so the kernel deals connections out evenly. Measured with two
workers, uvloop and 16 keep-alive connections: on one shared socket the first worker to wake took all of them in two of
three runs (with asyncio's own loop always), which is as fast as one worker; on a socket each the split lay between
4 : 12 and 7 : 9, and the throughput was 1.9 times that of one worker. The supervisor keeps all sockets open, so that
what arrives while a worker restarts waits in its queue and is not refused.
"""

import errno
import os
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_BACKLOG = 2048


class ListenFailed(Exception):
    """The address cannot be listened on; the message is one line that names it and the cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """Sockets that listen; as a context manager they are closed at the end."""

    port: int
    """The real one, also where 0 was asked for."""
    per_worker: tuple[tuple[socket.socket, ...], ...]
    """For each worker one socket per address (`localhost` has two)."""

    def fds(self, worker: int) -> tuple[int, ...]:
        """The numbers to hand to this worker, counted from 0; they are the same numbers in the worker."""
        return tuple(opened.fileno() for opened in self.per_worker[worker])

    def close(self) -> None:
        """Refuse connections from now on. Safe to call twice."""
        for opened in (one for sockets in self.per_worker for one in sockets):
            opened.close()

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    family: socket.AddressFamily
    ip: str


def open_listeners(host: str, port: int, *, workers: int) -> Listeners:
    """Listen on every address of the host, once per worker; port 0 takes a free one. Raises `ListenFailed`."""
    opened: list[socket.socket] = []
    try:
        addresses = [address for address in _addresses(host) if _is_free(address, port)]
        if not addresses:
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
        for address in addresses * workers:
            opened.append(_bound(address, port, shared=True))
            opened[-1].listen(_BACKLOG)
            port = opened[-1].getsockname()[1]
    except OSError as error:
        for one in opened:
            one.close()
        raise ListenFailed(f"cannot listen on {host}:{port}: {error.strerror}") from error
    each = len(addresses)
    return Listeners(port=port, per_worker=tuple(tuple(opened[n * each : (n + 1) * each]) for n in range(workers)))


def _addresses(host: str) -> list[_Address]:
    if host == "::" and not socket.has_dualstack_ipv6():
        host = "0.0.0.0"  # noqa: S104 - every address was asked for
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [_Address(family=family, ip=str(address[0])) for family, _, _, _, address in found]


def _is_free(address: _Address, port: int) -> bool:
    """Whether this machine has the address (`localhost` names ::1 also where IPv6 is off). Raises OSError if taken.

    Asked without SO_REUSEPORT, with which a second server of the same user would silently share the port.
    """
    try:
        _bound(address, port, shared=False).close()
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            return False
        raise
    return True


def _bound(address: _Address, port: int, *, shared: bool) -> socket.socket:
    made = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if address.family == socket.AF_INET6:
            # «::» means every address of either family; any other IPv6 address means itself.
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address.ip != "::")
        made.bind((address.ip, port))
    except OSError:
        made.close()
        raise
    return made
