"""What the suite itself serves on the loopback: redirect and logout endpoints that remember, and documents to fetch.

site.publish("/jwks.json", {"keys": […]})         # answers with it from now on; publish again to rotate
site.url("/callback")                             # any other path: remembered, and answered with an empty page
site.last("/callback").query
"""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from idp.server.tls import Tls
from tests.drivers.server import bound_sockets, serving

EMPTY_PAGE = (
    b'<!doctype html><html lang="en"><title>Relying party</title><main data-step="relying-party"></main></html>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request that came."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The members of a form body; one sent twice fails the test."""
        return members(self.body.decode())


@dataclass(slots=True, kw_only=True)
class Site:
    """The relying party's server."""

    base_url: str
    received: list[Received] = field(default_factory=list)
    published: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """An absolute address of it."""
        return self.base_url + path

    @property
    def host(self) -> str:
        """Host and port, as the provider's allow-list spells them."""
        return urlsplit(self.base_url).netloc

    def publish(self, path: str, document: object, media_type: str = "application/json") -> str:
        """Answer there with this document from now on (bytes and text as they are); returns the address."""
        octets = document if isinstance(document, bytes) else str(document).encode()
        self.published[path] = (
            media_type,
            octets if media_type != "application/json" else json.dumps(document).encode(),
        )
        return self.url(path)

    def at(self, url: str) -> Sequence[Received]:
        """What came to this address, whatever its query, in order."""
        return [each for each in self.received if each.path == urlsplit(url).path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Remember the request and answer it (ASGI)."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        request = Request(scope, receive)
        self.received.append(
            Received(
                method=request.method,
                path=request.url.path,
                query=request.url.query,
                headers=dict(request.headers),
                body=await request.body(),
            )
        )
        media_type, body = self.published.get(request.url.path, ("text/html; charset=utf-8", EMPTY_PAGE))
        await Response(body, media_type=media_type)(scope, receive, send)


def members(encoded: str) -> dict[str, str]:
    """Names and values of a query, fragment or form; a name sent twice fails the test."""
    pairs = parse_qsl(encoded, keep_blank_values=True, strict_parsing=bool(encoded))
    found = dict(pairs)
    assert len(found) == len(pairs), f"a parameter stands twice in {encoded!r}"
    return found


@asynccontextmanager
async def relying_party(tls: Tls, sockets: list[socket.socket] | None = None) -> AsyncIterator[Site]:
    """Serve the site at 127.0.0.1, another site than the provider's localhost."""
    bound = sockets or bound_sockets()
    site = Site(base_url=f"https://127.0.0.1:{bound[0].getsockname()[1]}")
    async with serving(site, bound, tls=tls):
        yield site


async def _live(receive: Receive, send: Send) -> None:
    for each in ("startup", "shutdown"):
        message = await receive()
        assert message["type"] == f"lifespan.{each}"
        await send({"type": f"lifespan.{each}.complete"})
