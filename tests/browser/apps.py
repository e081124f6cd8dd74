"""The demo relying app beside a provider under test, its clients registered there.

wiki   confidential, third party: asks for consent, gets a refresh token
chat   confidential, first party: no consent
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from socket import socket

from idp.demo.relying_party import DemoClient
from idp.usecases.clients import Metadata
from tests.drivers.grants import add_client
from tests.drivers.provider import Provider
from tests.drivers.relying_party import base_url_of, demo_relying_party
from tests.drivers.server import bound_sockets

SCOPES = ("openid", "profile", "email", "groups", "offline_access")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoApp:
    """One app of the demo."""

    url: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Apps:
    """The apps, on another site than the provider."""

    url: str
    wiki: DemoApp
    chat: DemoApp


@asynccontextmanager
async def demo_apps(provider: Provider) -> AsyncIterator[Apps]:
    """Register the clients, and serve the relying app as long as the block runs."""
    sockets = bound_sockets()
    try:
        async with _served(provider, sockets) as apps:
            yield apps
    finally:
        for each in sockets:
            each.close()


@asynccontextmanager
async def _served(provider: Provider, sockets: list[socket]) -> AsyncIterator[Apps]:
    base_url = base_url_of(sockets)
    clients = [
        await _registered(provider, base_url, "wiki", first_party=False),
        await _registered(provider, base_url, "chat", first_party=True),
    ]
    apps = {each.slug: DemoApp(url=f"{base_url}/{each.slug}", name=each.name) for each in clients}
    async with demo_relying_party(issuer=provider.issuer, clients=clients, sockets=sockets) as url:
        yield Apps(url=url, **apps)


async def _registered(provider: Provider, base_url: str, slug: str, *, first_party: bool) -> DemoClient:
    client = DemoClient(
        client_id=slug, client_secret=None, name=slug.title(), slug=slug, scopes=SCOPES, note="An app of the tests."
    )
    metadata = Metadata(
        name=client.name,
        redirect_uris=(client.redirect_uri(base_url),),
        post_logout_redirect_uris=(client.post_logout_redirect_uri(base_url),),
        client_uri=f"{base_url}/{slug}",
        first_party=first_party,
    )
    made = await add_client(provider.services, slug, "web", metadata)
    assert made.secret is not None
    return replace(client, client_secret=made.secret.expose())
