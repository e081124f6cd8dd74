"""A provider with apps and people in it who never saw a page: what tests of tokens begin with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from socket import socket

import httpx2

from idp.app import create_app
from idp.policy.account import Account
from idp.usecases.clients import Kind, Metadata
from idp.usecases.services import Services
from idp.values.issuer import Issuer
from tests.drivers.app_code import RelyingApp
from tests.drivers.clock import MovableClock
from tests.drivers.grants import Asked, Issued, add_client, add_person, issue
from tests.drivers.server import serving

QUIET_SECONDS = 0.02
PATIENCE_SECONDS = 30.0  # longer than the five that a fetch of the provider's own may take


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One provider, its clock, and a connection to it."""

    services: Services
    issuer: Issuer
    clock: MovableClock
    http: httpx2.AsyncClient

    async def app(self, client_id: str = "wiki", kind: Kind = "web", metadata: Metadata | None = None) -> RelyingApp:
        """Register an app."""
        registered = await add_client(self.services, client_id, kind, metadata)
        return RelyingApp(registered=registered, issuer=self.issuer, http=self.http)

    async def person(self, username: str = "alice") -> Account:
        """Somebody with an authenticator app."""
        return await add_person(self.services, username, email=f"{username}@example.org")

    async def issued(self, app: RelyingApp, account: Account | None = None, asked: Asked | None = None) -> Issued:
        """A code for the app, as after a sign-in of a person made for it unless one is named."""
        return await issue(self.services, app.registered.client, account or await self.person(), asked)

    async def signed_in(self, app: RelyingApp, *scopes: str, account: Account | None = None) -> dict[str, str]:
        """The tokens of such a code."""
        asked = Asked(scopes=scopes or ("openid",))
        answer = await app.exchange((await self.issued(app, account, asked)).code)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()
        return tokens

    async def warm(self, app: RelyingApp) -> None:
        """As in a server that has run for a while: every change was heard of, configuration and client are at hand.

        Notifications come in the order of commits and in one go, so that with ours all earlier ones are there.
        """
        cache, before, seen = self.services.cache, self.services.cache.generation, -1
        await self.services.database.execute("SELECT pg_notify('configuration', 'nothing')")
        quiet = False
        while not quiet:
            await asyncio.sleep(QUIET_SECONDS)
            quiet, seen = seen == cache.generation != before, cache.generation
        await self.services.configuration()
        await self.services.client(app.registered.client.client_id)

    async def events(self, kind: str) -> list[dict[str, object]]:
        """The details of every security event of that kind."""
        rows = await self.services.database.fetch(
            "SELECT client_id, user_id, details FROM security_events WHERE kind = $1 ORDER BY id", kind
        )
        return [dict(row) for row in rows]


@asynccontextmanager
async def world(services: Services, sockets: list[socket], issuer: Issuer, clock: MovableClock) -> AsyncIterator[World]:
    """Serve it at the issuer."""
    async with serving(create_app(services), sockets), httpx2.AsyncClient(timeout=PATIENCE_SECONDS) as http:
        yield World(services=services, issuer=issuer, clock=clock, http=http)
