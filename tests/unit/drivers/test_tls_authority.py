"""The authority of test runs: who trusts it reaches the server by each of its names, and nobody else does."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from tests.drivers.server import bound_sockets, serving
from tests.drivers.tls_authority import Authority


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        for each in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{each}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": scope["scheme"].encode()})


async def test_only_who_trusts_it_gets_through(tmp_path: Path) -> None:
    authority, sockets = Authority.made(tmp_path), bound_sockets()
    port = sockets[0].getsockname()[1]
    async with serving(hello, sockets, tls=authority.leaf()):
        async with httpx2.AsyncClient(verify=authority.trusting(), trust_env=False) as client:
            for host in ("localhost", "127.0.0.1"):
                assert (await client.get(f"https://{host}:{port}/")).text == "https"
        async with httpx2.AsyncClient(trust_env=False) as stranger:
            with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await stranger.get(f"https://localhost:{port}/")


async def test_a_leaf_speaks_for_the_hosts_it_names(tmp_path: Path) -> None:
    authority, sockets = Authority.made(tmp_path), bound_sockets()
    port = sockets[0].getsockname()[1]
    named_otherwise = serving(hello, sockets, tls=authority.leaf("elsewhere.example"))
    async with named_otherwise, httpx2.AsyncClient(verify=authority.trusting(), trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(f"https://localhost:{port}/")
