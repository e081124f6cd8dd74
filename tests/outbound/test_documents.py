"""Documents of clients: a failure is a security event of that client, with its reason, and the server goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from idp.audit.protocol import ClientDocument
from idp.oidc.client import Client
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.errors import InvalidClientMetadata
from idp.outbound.fetching import FetchFailed, FetchFault
from idp.usecases import sector_identifier
from idp.usecases.fetching import RemoteDocument, fetch, json_of
from idp.usecases.services import Services
from idp.values.ids import ClientId
from tests.drivers.grants import REDIRECT_URI, add_client
from tests.drivers.strange_server import StrangeServer, page

WIKI = ClientId("wiki")
OTHER = "https://app.example.net/callback"
MEGABYTE = 1024 * 1024


def document(url: str, kind: ClientDocument = "jwks_uri", client: ClientId | None = WIKI) -> RemoteDocument:
    return RemoteDocument(kind=kind, url=url, most=MEGABYTE, client=client)


async def events(services: Services) -> list[tuple[str | None, str, str]]:
    rows = await services.database.fetch(
        "SELECT client_id, details FROM security_events WHERE kind = 'document_not_fetched' ORDER BY id"
    )
    return [(row["client_id"], row["details"]["document"], row["details"]["reason"]) for row in rows]


async def fault(services: Services, url: str, kind: ClientDocument = "jwks_uri") -> FetchFault:
    with pytest.raises(FetchFailed) as failed:
        await fetch(services, document(url, kind), json_of, services.clock())
    return failed.value.reason


async def sector(services: Services, client: Client, uri: str | None) -> str | None:
    """The sentence of the refusal, if it is refused."""
    asked = replace(client, metadata=ClientMetadata(subject_type="pairwise", sector_identifier_uri=uri))
    try:
        await sector_identifier.check(services, asked, services.clock())
    except InvalidClientMetadata as refusal:
        return refusal.description
    return None


async def test_a_document_is_read_by_whoever_asked(services: Services, reachable: StrangeServer) -> None:
    reachable.pages["/jwks"] = page(b'{"keys": []}', "text/plain")
    assert await fetch(services, document(reachable.url("/jwks")), json_of, services.clock()) == {"keys": []}
    assert await events(services) == []


STRANGE: list[tuple[str, Callable[[StrangeServer], str], FetchFault]] = [
    ("hangs", lambda server: server.url("/hang"), FetchFault.TIMEOUT),
    ("drips", lambda server: server.url("/drip"), FetchFault.TIMEOUT),
    ("redirects", lambda server: server.url("/redirect"), FetchFault.REDIRECTED),
    ("answers HTML", lambda server: server.url("/html"), FetchFault.WRONG_TYPE),
    ("is too large", lambda server: server.url("/large"), FetchFault.TOO_LARGE),
    ("is no JSON", lambda server: server.url("/deep"), FetchFault.WRONG_TYPE),
    ("is not there", lambda server: server.url("/missing"), FetchFault.WRONG_STATUS),
    ("is private by name", lambda _: "https://localhost:1/", FetchFault.PRIVATE_ADDRESS),
    ("is private by address", lambda _: "https://10.0.0.1/", FetchFault.PRIVATE_ADDRESS),
    ("is a cloud's metadata", lambda _: "https://169.254.169.254/latest", FetchFault.PRIVATE_ADDRESS),
    ("is plain HTTP", lambda server: f"http://{server.authority}/html", FetchFault.NOT_HTTPS),
    ("has a user name", lambda server: f"https://me@{server.authority}/html", FetchFault.BAD_URL),
]


async def test_each_failure_is_an_event_and_the_server_goes_on(services: Services, reachable: StrangeServer) -> None:
    """O-36, V16.3.3: all at once, so that those which take their five seconds take them together."""
    reachable.pages["/deep"] = page(b"[" * 100_000)
    reasons = await asyncio.gather(*(fault(services, url(reachable)) for _, url, _ in STRANGE))
    assert reasons == [expected for *_, expected in STRANGE]
    assert sorted(await events(services)) == sorted((WIKI, "jwks_uri", str(expected)) for *_, expected in STRANGE)
    reachable.pages["/jwks"] = page(b"{}")
    assert await fetch(services, document(reachable.url("/jwks")), json_of, services.clock()) == {}


async def test_a_url_is_sealed_in_its_event(services: Services) -> None:
    """Whoever registers chooses it, so that it may hold anything."""
    assert await fault(services, "https://canary.example:0/", "request_uri") is FetchFault.BAD_URL
    row = await services.database.fetchrow("SELECT details::text AS clear, personal FROM security_events")
    assert row is not None
    assert "canary" not in row["clear"]
    assert row["personal"] is not None


async def test_a_sector_lists_every_redirect_uri(services: Services, reachable: StrangeServer) -> None:
    """O-52; OIDC Registration 5."""
    client = (await add_client(services, "wiki")).client
    reachable.pages["/sector"] = page(json.dumps([OTHER, REDIRECT_URI]).encode())
    assert await sector(services, client, reachable.url("/sector")) is None
    reachable.pages["/sector"] = page(json.dumps([OTHER]).encode())
    refused = await sector(services, client, reachable.url("/sector"))
    assert refused == "The document at sector_identifier_uri does not list every redirect URI."
    assert await events(services) == []


async def test_without_a_sector_identifier_uri_nothing_is_fetched(services: Services) -> None:
    client = (await add_client(services, "wiki")).client
    assert await sector(services, client, None) is None


async def test_a_sector_that_cannot_be_read_is_refused_with_the_reason(
    services: Services, reachable: StrangeServer
) -> None:
    client = (await add_client(services, "wiki")).client
    reachable.pages["/object"] = page(b'{"redirect_uris": []}')
    for path, reason in (("/object", "wrong_type"), ("/html", "wrong_type"), ("/redirect", "redirected")):
        sentence = f"The document at sector_identifier_uri could not be used ({reason})."
        assert await sector(services, client, reachable.url(path)) == sentence
    unknown = replace(client, client_id=ClientId("new"))
    assert await sector(services, unknown, reachable.url("/missing")) is not None
    told = [("wiki", "sector_identifier_uri", reason) for reason in ("wrong_type", "wrong_type", "redirected")]
    assert await events(services) == [*told, (None, "sector_identifier_uri", "wrong_status")]
