"""A whole provider with people and apps in it: what journeys through the pages begin with.

wiki = await provider.app("wiki")                       # a client, and a relying party made of Authlib
alice = await provider.person("alice")                  # a person with a password of their own, no second factor
page = await alice.sign_in(await browser.open(await wiki.authorization_url()))
tokens = await wiki.exchange(page.url)
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from idp.policy.rules import Rule, Target
from idp.usecases import managed_passwords, policy, users
from idp.usecases.clients import Kind, Metadata
from idp.usecases.services import Services
from idp.usecases.unit import Unit, unit
from idp.usecases.users import NewUser
from idp.values.issuer import Issuer
from idp.values.secrets import Password
from tests.clients.authlib_client import AuthlibClient
from tests.clients.tokens import Registration
from tests.drivers.clock import MovableClock
from tests.drivers.grants import COMMAND, REDIRECT_URI, add_client
from tests.drivers.person import Person
from tests.drivers.tls_authority import Authority

PASSWORD = "correct horse battery staple"
SCOPE = "openid profile email"


@dataclass(slots=True, kw_only=True)
class Provider:
    """One running provider, and its clock."""

    services: Services
    issuer: Issuer
    clock: MovableClock
    open: AsyncExitStack = field(repr=False)
    authority: Authority | None = None
    """Who vouches for it where the issuer is https."""

    @property
    def trust(self) -> ssl.SSLContext | None:
        """For whoever opens connections to it: None is what the machine trusts."""
        return self.authority.trusting() if self.authority else None

    async def app(
        self, client_id: str = "wiki", kind: Kind = "web", scope: str = SCOPE, metadata: Metadata | None = None
    ) -> AuthlibClient:
        """Register an app and make its relying party; first-party unless `metadata` says otherwise."""
        said = metadata or Metadata(first_party=True)
        redirect_uri = said.redirect_uris[0] if said.redirect_uris else REDIRECT_URI
        registered = await add_client(self.services, client_id, kind, replace(said, redirect_uris=(redirect_uri,)))
        made = AuthlibClient(
            issuer=self.issuer,
            registration=Registration.of(registered),
            scope=scope,
            trust=self.trust,
        )
        made.now = lambda: int(self.clock().timestamp())
        return await self.open.enter_async_context(made)

    async def person(self, username: str = "alice", *, password: str = PASSWORD, own: bool = True) -> Person:
        """Somebody with a password; their own unless `own` is False, no second factor."""
        hashed = await managed_passwords.judged_for_new(self.services, Password(password), (), ())
        async with self.unit() as made:
            new = NewUser(
                username=username,
                email=f"{username}@example.org",
                email_verified=True,
                password=hashed,
                keep_password=own,
            )
            await users.add(made, new)
        return Person(username=username, password=password, clock=self.clock)

    async def rule(self, kind: Target, name: str, rule: Rule | None) -> None:
        """Set a second-factor rule."""
        async with self.unit() as made:
            await policy.set_rule(made, kind, name, rule)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """A change made by a command."""
        async with unit(self.services, COMMAND, None, self.clock()) as made:
            yield made

    async def events(self, *kinds: str) -> list[str]:
        """The kinds of all security events so far, in order; only those named, if any are."""
        rows = await self.services.database.fetch("SELECT kind FROM security_events ORDER BY id")
        return [row["kind"] for row in rows if not kinds or row["kind"] in kinds]
