"""`idp serve` with a certificate of its own: TLS of today and nothing older, from the first byte on."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import httpx2
import pytest

from tests.drivers.serve_process import free_port, serve_process
from tests.drivers.tls_authority import Authority


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not `tmp_path`: the database's own user must be able to reach it."""
    made = Path(tempfile.mkdtemp(prefix="idp-tls-"))
    made.chmod(0o755)
    yield made
    rmtree(made)


async def agreed(port: int, context: ssl.SSLContext) -> tuple[str, str] | None:
    """Version and cipher suite; None where server and client do not come to terms."""
    try:
        _, writer = await asyncio.open_connection("localhost", port, ssl=context, server_hostname="localhost")
    except (ssl.SSLError, ConnectionError):
        return None
    cipher = writer.get_extra_info("cipher")
    writer.close()
    return cipher[1], cipher[0]


async def agreed_with_anybody(authority: Authority, context: ssl.SSLContext) -> tuple[str, str] | None:
    """What a server agrees to that takes everything: so that a refusal is known to be the provider's."""
    permissive = speaking(authority, ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0", side=ssl.PROTOCOL_TLS_SERVER)
    permissive.maximum_version = ssl.TLSVersion.TLSv1_3
    tls = authority.leaf("localhost", name="permissive")
    permissive.load_cert_chain(tls.certificate, tls.key)
    async with await asyncio.start_server(lambda *_: None, "localhost", 0, ssl=permissive) as server:
        return await agreed(server.sockets[0].getsockname()[1], context)


def speaking(
    authority: Authority, version: ssl.TLSVersion, ciphers: str | None = None, side: int = ssl.PROTOCOL_TLS_CLIENT
) -> ssl.SSLContext:
    context = ssl.SSLContext(side)
    context.load_verify_locations(authority.certificate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of versions that nobody should speak
        context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    return context


async def test_it_serves_https_alone_with_forward_secrecy_and_nothing_older_than_tls_1_2(folder: Path) -> None:
    """RFC 9325 3.1.1, 4.2; V3.4.1; every address in the metadata is the issuer's (RFC 8414 2)."""
    authority, port = Authority.made(folder), free_port()
    tls, issuer = authority.leaf("localhost"), f"https://localhost:{port}"
    async with serve_process(
        folder,
        IDP_ISSUER=issuer,
        IDP_LISTEN=f"localhost:{port}",
        IDP_TLS_CERT=str(tls.certificate),
        IDP_TLS_KEY=str(tls.key),
        IDP_WORKERS="2",
    ) as serve:
        await serve.ready()
        async with httpx2.AsyncClient(verify=authority.trusting()) as http:
            answer = await http.get(f"{issuer}/.well-known/openid-configuration")
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        metadata = answer.json()
        assert metadata["issuer"] == issuer
        addresses = [metadata[name] for name in metadata if name.endswith("_endpoint") or name == "jwks_uri"]
        assert len(addresses) > 5
        assert all(address.startswith(f"{issuer}/") for address in addresses)

        assert (await agreed(port, authority.trusting()) or ("",))[0] == "TLSv1.3"
        version, suite = await agreed(port, speaking(authority, ssl.TLSVersion.TLSv1_2)) or ("", "")
        assert (version, suite[:5]) == ("TLSv1.2", "ECDHE")
        for outdated in (
            speaking(authority, ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256"),  # no authenticated encryption
            speaking(authority, ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"),
        ):
            assert await agreed(port, outdated) is None
            assert await agreed_with_anybody(authority, outdated) is not None
        async with httpx2.AsyncClient() as http:
            with pytest.raises(httpx2.TransportError):
                await http.get(f"http://localhost:{port}/readyz")
        async with httpx2.AsyncClient(verify=authority.trusting()) as http:  # and it is none the worse for it
            assert (await http.get(f"{issuer}/readyz")).status_code == 200
        assert "Traceback" not in serve.said()


@pytest.mark.parametrize("kept", ["IDP_TLS_CERT", "IDP_TLS_KEY"])
async def test_half_a_pair_stops_the_start_with_one_line(folder: Path, kept: str) -> None:
    tls = Authority.made(folder).leaf("localhost")
    files = {"IDP_TLS_CERT": str(tls.certificate), "IDP_TLS_KEY": str(tls.key)}
    async with serve_process(folder, **{kept: files[kept]}) as serve:
        assert await serve.ended() == 1
        assert serve.said().strip().endswith("IDP_TLS_CERT and IDP_TLS_KEY: set both or neither")
        assert "Traceback" not in serve.said()
