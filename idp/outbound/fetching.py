"""One guarded call to a URL that a client registered or sent: https, vetted, short, small, and straight.

    fetched = await services.fetcher.get(url, allowed=values.fetch_hosts, most=64 * 1024)
    status = await services.fetcher.post_form(url, {"logout_token": token}, allowed=values.fetch_hosts)

Nothing is kept between calls: no connection, no cookie, no answer. No redirect is followed, since it would lead past
what was registered. No proxy and no environment variable has a say.
"""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from weakref import WeakValueDictionary

from httpcore2 import URL, AsyncConnectionPool, ConnectError, NetworkError, ProtocolError, Response

from idp.outbound.network import Resolver, VettedNetwork
from idp.outbound.target import FetchFailed, FetchFault, Target

__all__ = ["FetchFailed", "FetchFault", "Fetched", "Fetcher"]

SECONDS = 5.0
"""For the whole call: resolving, connecting, TLS, and all of the answer."""

AT_ONCE = 16
"""GETs to one host and port, and POSTs. Others wait, within their five seconds: whoever makes us call makes no flood.

Apart, since anybody may cause a GET, and a sign-out must not wait for those.
"""

_OK = 200
_REDIRECTS = range(300, 400)
_MOST_OF_AN_ACKNOWLEDGEMENT = 64 * 1024

Headers = dict[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The answer 200 to a GET."""

    media_type: str
    """Of Content-Type, lower case, without parameters; empty where there is none."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    target: Target
    headers: Headers
    content: bytes = b""
    most: int


class Fetcher:
    """Safe to share; made once in a process by `composition`."""

    def __init__(self, trust: ssl.SSLContext, resolver: Resolver, *, seconds: float = SECONDS) -> None:
        self._trust = trust
        self._resolver = resolver
        self._seconds = seconds
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Semaphore] = WeakValueDictionary()

    async def get(self, url: str, *, allowed: Collection[str], most: int) -> Fetched:
        """What is there, of at most `most` octets; any status but 200 is a fault. Raises FetchFailed.

        `allowed`: hosts (`host` or `host:port`, the configuration fetch_hosts) that may have private addresses.
        """
        target = Target.parse(url)
        call = _Call(method="GET", target=target, headers={b"Accept": b"*/*"}, most=most)
        status, fetched = await self._answer(call, allowed)
        if status != _OK:
            raise FetchFailed(FetchFault.WRONG_STATUS)
        return fetched

    async def post_form(self, url: str, fields: Mapping[str, str], *, allowed: Collection[str]) -> int:
        """The status of the answer, which is never a redirect. Raises FetchFailed."""
        content = urlencode(fields).encode("ascii")
        headers = {b"Content-Type": b"application/x-www-form-urlencoded"}
        target, most = Target.parse(url), _MOST_OF_AN_ACKNOWLEDGEMENT
        call = _Call(method="POST", target=target, headers=headers, content=content, most=most)
        status, _ = await self._answer(call, allowed)
        return status

    def close(self) -> None:
        """Of open calls nothing is waited for."""
        self._resolver.close()

    async def _answer(self, call: _Call, allowed: Collection[str]) -> tuple[int, Fetched]:
        network = VettedNetwork(self._resolver, call.target, allowed, most=call.most)
        turn = self._turns.setdefault((call.method, call.target.authority), asyncio.Semaphore(AT_ONCE))
        try:
            async with (
                asyncio.timeout(self._seconds),
                turn,
                AsyncConnectionPool(ssl_context=self._trust, network_backend=network) as pool,
                pool.stream(
                    call.method, _url(call.target), headers=_headers(call), content=call.content or None
                ) as response,
            ):
                return response.status, await _read(response, call.most)
        except TimeoutError:
            raise FetchFailed(FetchFault.TIMEOUT) from None
        except ConnectError:  # the address was reached: what fails to connect after that is TLS
            raise FetchFailed(FetchFault.TLS) from None
        except (NetworkError, ProtocolError, ssl.SSLError):
            raise FetchFailed(FetchFault.BROKEN) from None
        finally:
            await network.aclose()


def _url(target: Target) -> URL:
    return URL(scheme="https", host=target.host, port=target.port, target=target.path)


def _headers(call: _Call) -> list[tuple[bytes, bytes]]:
    # Identity, so that the octets that are counted are those that are kept in memory.
    around = {b"Host": call.target.authority.encode("ascii"), b"User-Agent": b"idp", b"Accept-Encoding": b"identity"}
    return [*around.items(), *call.headers.items()]


async def _read(response: Response, most: int) -> Fetched:
    if response.status in _REDIRECTS:
        raise FetchFailed(FetchFault.REDIRECTED)
    headers = {name.lower(): value for name, value in response.headers}
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise FetchFailed(FetchFault.WRONG_TYPE)
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > most:
            raise FetchFailed(FetchFault.TOO_LARGE)
    named = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0]
    return Fetched(media_type=named.strip().lower(), body=bytes(body))
