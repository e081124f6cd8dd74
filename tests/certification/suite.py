"""Where the modules run: the provider over https with its second factor on, people who have one, and the suite's site.

One suite serves all modules of a worker, so each module takes the next person and finds the clock moved on: no code of
an authenticator app is wanted twice.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2

from idp.app import create_app
from idp.composition import open_services
from idp.oidc.client import AuthMethod
from idp.oidc.client_metadata import FurtherMetadata
from idp.settings import Settings
from idp.usecases import key_rotation, user_profile
from idp.usecases.clients import Metadata
from idp.values.issuer import Issuer
from tests.certification.claims import WRITTEN
from tests.certification.plans import BASIC, CODE, EVERY_TYPE, POST, ClientAuth
from tests.certification.relying_party import Site, relying_party
from tests.certification.tokens import check_jwks
from tests.drivers.browser_http import Browser
from tests.drivers.clock import MovableClock
from tests.drivers.database import Cluster, clone, drop
from tests.drivers.grants import COMMAND, add_client
from tests.drivers.person import PERIOD_SECONDS, Person
from tests.drivers.provider import Provider
from tests.drivers.registering import initial_access_token
from tests.drivers.scenes import configure
from tests.drivers.server import bound_sockets, serving
from tests.drivers.tls_authority import Authority

WELL_KNOWN = "/.well-known/openid-configuration"
PEOPLE = ("buffy", "willow", "xander")
SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access")
CODES_APART = 4 * PERIOD_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One client of the suite, as its relying party knows it."""

    client_id: str
    client_secret: str | None
    auth: ClientAuth
    redirect_uri: str
    post_logout_redirect_uri: str
    registration: Mapping[str, Any] = field(default_factory=dict)
    """The answer to its dynamic registration; empty for a static client."""


@dataclass(slots=True, kw_only=True)
class Suite:
    """One provider, and everything the suite needs to speak with it."""

    provider: Provider
    site: Site
    authority: Authority
    http: httpx2.AsyncClient
    legacy: bool
    initial_access_token: str | None = None
    """What a client registers itself with; None where registration is open."""
    metadata: dict[str, Any] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    statics: dict[str, Party] = field(default_factory=dict)
    open: AsyncExitStack = field(repr=False)

    @property
    def issuer(self) -> str:
        """Of the provider, byte for byte."""
        return str(self.provider.issuer)

    @property
    def clock(self) -> MovableClock:
        """The provider's."""
        return self.provider.clock

    def browser(self) -> Browser:
        """Somebody's browser, which travels between the provider and the suite's site."""
        return Browser(visits=[self.issuer, self.site.base_url], trust=self.authority.trusting())

    def next_person(self) -> Person:
        """Whoever signed in longest ago, with a fresh code on the phone."""
        self.people.append(self.people.pop(0))
        self.clock.advance(seconds=CODES_APART)
        self.people[-1].steps = []
        return self.people[-1]

    async def discover(self) -> dict[str, Any]:
        """The provider's metadata, read anew."""
        answer = await self.http.get(self.issuer + WELL_KNOWN)
        assert answer.status_code == 200
        self.metadata = answer.json()
        return self.metadata

    async def jwks(self) -> dict[str, Any]:
        """The provider's keys, checked as every module checks them."""
        answer = await self.http.get(self.metadata["jwks_uri"])
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        check_jwks(found)
        return found

    async def rotate_keys(self) -> None:
        """As an admin would before the suite asks for it: `idp keys rotate RS256`."""
        services = self.provider.services
        await key_rotation.rotate(services, COMMAND, "RS256", self.clock(), at_once=True)

    async def static(self, name: str, auth: ClientAuth = BASIC, further: FurtherMetadata | None = None) -> Party:
        """A client that somebody registered by hand for every run, once; `further` is more of its metadata."""
        if name not in self.statics:
            self.statics[name] = await self._registered(name, auth, further or FurtherMetadata())
        return self.statics[name]

    async def _registered(self, name: str, auth: ClientAuth, further: FurtherMetadata) -> Party:
        redirect_uri, signed_out = (self.site.url(f"/static/{name}/{path}") for path in ("callback", "signed-out"))
        said = Metadata(
            name=f"Static {name}",
            redirect_uris=(redirect_uri,),
            post_logout_redirect_uris=(signed_out,),
            scopes=SCOPES,
            auth_method=AuthMethod.CLIENT_SECRET_POST if auth == POST else AuthMethod.CLIENT_SECRET_BASIC,
            require_pkce=False,
            further={**further, "response_types": EVERY_TYPE if self.legacy else (CODE,)},
        )
        registered = await add_client(self.provider.services, f"static-{name}", "web", said)
        assert registered.secret is not None
        return Party(
            client_id=registered.client.client_id,
            client_secret=registered.secret.expose(),
            auth=auth,
            redirect_uri=redirect_uri,
            post_logout_redirect_uri=signed_out,
        )

    async def enrol(self) -> None:
        """Make the people, each with every standard claim and an authenticator app set up at a first sign-in."""
        for name in PEOPLE:
            person = await self.provider.person(name)
            async with self.provider.unit() as made:
                await user_profile.change(made, name, WRITTEN)
            self.people.append(person)
            await self._set_up(person)

    async def _set_up(self, person: Person) -> None:
        """The pages of a first sign-in are over before the suite comes: it has no step for them."""
        party = await self.static("set-up")
        query = urlencode(
            {
                "client_id": party.client_id,
                "redirect_uri": party.redirect_uri,
                "response_type": "code",
                "scope": "openid",
            }
        )
        async with self.browser() as browser:
            page = await person.sign_in(await browser.open(f"{self.metadata['authorization_endpoint']}?{query}"))
            assert page.step == "relying-party", f"{person.steps}, then {page!r}"


@asynccontextmanager
async def running_suite(cluster: Cluster, folder: Path, *, legacy: bool) -> AsyncIterator[Suite]:
    """A provider on a database of its own, with default settings but for the one that `legacy` speaks of."""
    async with AsyncExitStack() as opened:
        made = await clone(cluster)
        opened.push_async_callback(drop, cluster, made.name)
        authority = Authority.made(folder)
        sockets, clock = bound_sockets(), MovableClock()
        issuer = Issuer.parse(f"https://localhost:{sockets[0].getsockname()[1]}")
        settings = Settings(
            issuer=issuer,
            database_url=made.server,
            database_owner_url=made.owner,
            keys_dir=made.keys,
            hash_queue=1000,
            fetch_ca_file=authority.certificate,
        )
        services = await opened.enter_async_context(open_services(settings, clock, os.urandom))
        await opened.enter_async_context(serving(create_app(services), sockets, tls=authority.leaf(name="provider")))
        suite = Suite(
            provider=Provider(services=services, issuer=issuer, clock=clock, open=opened),
            site=await opened.enter_async_context(relying_party(authority.leaf(name="suite"))),
            authority=authority,
            http=await opened.enter_async_context(
                httpx2.AsyncClient(verify=authority.trusting(), trust_env=False, timeout=60.0)
            ),
            legacy=legacy,
            open=opened,
        )
        await _configured(suite)
        yield suite


async def _configured(suite: Suite) -> None:
    await configure(suite.provider, "fetch_hosts", [suite.site.host])
    if suite.legacy:
        await configure(suite.provider, "legacy_response_types", value=True)
        await configure(suite.provider, "open_registration", value=True)
    else:
        token = await initial_access_token(suite.provider.services, uses=1000, days=30)
        suite.initial_access_token = token.expose()
    await suite.discover()
    await suite.enrol()
