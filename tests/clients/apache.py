"""A real Apache with mod_auth_openidc in front of an app, in a folder and a process of its own.

    port = free_port()
    async with in_front_of_an_app(port, directives, authority):    # the directives as an operator writes them
        page = await browser.open(f"https://127.0.0.1:{port}/")

Owns finding the program, what an Apache needs besides (modules, TLS, a port), starting and stopping it. The app behind
it, which the directives call BEHIND, answers every path with the headers that reached it, as JSON.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.drivers.server import bound_sockets, serving
from tests.drivers.tls_authority import Authority

log = logging.getLogger(__name__)

BEHIND = "http://127.0.0.1:9000"
MODULES = Path("/usr/lib/apache2/modules")
LACKING = "Apache with mod_auth_openidc is missing: apt-get install libapache2-mod-auth-openidc"
END_SECONDS = 30
START_SECONDS = 30
POLL_SECONDS = 0.05
LOADED = ("mpm_event", "authn_core", "authz_core", "authz_user", "proxy", "proxy_http", "ssl", "auth_openidc")
USER = "User www-data\nGroup www-data"
CONFIGURATION = """
ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
Mutex file:{folder} default
ErrorLog {folder}/error.log
LogLevel info
{modules}
{user}
ServerLimit 1
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 8
OIDCCABundlePath {folder}/authority.pem
<VirtualHost 127.0.0.1:{port}>
SSLEngine on
SSLCertificateFile {leaf.certificate}
SSLCertificateKeyFile {leaf.key}
{directives}
</VirtualHost>
"""


def program() -> str:
    """Apache, with the module. Where they lack, the test says how to install them, and fails only in CI."""
    found = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found and (MODULES / "mod_auth_openidc.so").is_file():
        return found
    return pytest.fail(LACKING) if os.environ.get("CI") else pytest.skip(LACKING)


@asynccontextmanager
async def in_front_of_an_app(port: int, directives: str, authority: Authority) -> AsyncIterator[None]:
    """Serve `https://127.0.0.1:PORT` until the block ends; its log is in the report of a test that fails."""
    apache, sockets = program(), bound_sockets()
    behind = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    folder = Path(tempfile.mkdtemp(prefix="idp-apache-"))
    folder.chmod(0o755)  # its children do not run as root and read the authority
    shutil.copy(authority.certificate, folder / "authority.pem")
    configuration = folder / "apache.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder,
            port=port,
            leaf=authority.leaf("127.0.0.1", name="apache"),
            modules="\n".join(f"LoadModule {each}_module {MODULES}/mod_{each}.so" for each in LOADED),
            user=USER if os.getuid() == 0 else "",
            directives=directives.replace(BEHIND, behind),
        )
    )
    try:
        async with serving(Starlette(routes=[Route("/{path:path}", _headers)]), sockets):
            process = await asyncio.create_subprocess_exec(
                apache, "-f", str(configuration), "-D", "FOREGROUND", env={"PATH": "/usr/bin:/bin"}, stdin=DEVNULL
            )
            try:
                await _answering(process, port)
                yield
            finally:
                if process.returncode is None:
                    process.terminate()
                await asyncio.wait_for(process.wait(), END_SECONDS)
    finally:
        log.info(_said(folder))
        shutil.rmtree(folder)


async def _headers(request: Request) -> JSONResponse:
    return JSONResponse(dict(request.headers))


def _said(folder: Path) -> str:
    """For the report of a test that failed."""
    said = folder / "error.log"
    return said.read_text() if said.exists() else "Apache said nothing"


async def _answering(process: Process, port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            assert process.returncode is None, "Apache ended"
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                await asyncio.sleep(POLL_SECONDS)
            else:
                writer.close()
                await writer.wait_closed()
                return
