"""Request objects at an address of the client's own (OIDC Core 6.2, RFC 9101 5.2); O-36."""

from __future__ import annotations

import asyncio
from secrets import token_urlsafe

import pytest

from idp.oidc.client_metadata import ClientMetadata
from tests.drivers.asking_apps import AskingApp, asking_app
from tests.drivers.browser_http import Browser
from tests.drivers.client_signer import ClientSigner
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.strange_server import StrangeServer, page

SIGNER = ClientSigner.of("RS256")


async def asking_at(provider: Provider, *uris: str) -> AskingApp:
    """An app that registered these addresses."""
    return await asking_app(provider, SIGNER, metadata=ClientMetadata(jwks=(SIGNER.jwk,), request_uris=uris))


async def sent(wiki: AskingApp, browser: Browser, uri: str, **outside: str | None) -> Page:
    """What a browser meets that the app sends with that address."""
    return await browser.open(wiki.around(await wiki.claims(), request_uri=uri, **{"state": "outside", **outside}))


async def faults(provider: Provider) -> list[tuple[str, str, str]]:
    """Of fetches, as an auditor reads them."""
    rows = await provider.services.database.fetch(
        "SELECT client_id, details FROM security_events WHERE kind = 'document_not_fetched' ORDER BY id"
    )
    return [(row["client_id"], row["details"]["document"], row["details"]["reason"]) for row in rows]


def is_refused(answer: Page, error: str = "invalid_request_uri") -> bool:
    """Told where the request itself says."""
    return answer.at_app and (answer.params["error"], answer.params["state"]) == (error, "outside")


@pytest.mark.parametrize("media_type", ["application/oauth-authz-req+jwt", "application/jwt", "text/plain", ""])
async def test_a_whole_sign_in(provider: Provider, browser: Browser, reachable: StrangeServer, media_type: str) -> None:
    """OpenID conformance, oidcc-request-uri-signed-rs256: sent with a fragment of chance, fetched without."""
    alice = await provider.person()
    wiki = await asking_at(provider, reachable.url("/request?x=1#registered"))
    claims = await wiki.claims()
    reachable.pages["/request"] = page(SIGNER.jwt(claims).encode() + b"\n", media_type)
    uri = f"{reachable.url('/request?x=1')}#{token_urlsafe()}"
    answer = await browser.open(wiki.around(claims, request_uri=uri))
    answer = await alice.sign_in(answer)
    assert (await wiki.app.exchange(answer.url)).claims["nonce"] == claims["nonce"]
    assert [request.split(b"\r\n")[0] for request in reachable.requests] == [b"GET /request?x=1 HTTP/1.1"]
    assert await faults(provider) == []


async def test_it_is_read_anew_each_time(provider: Provider, browser: Browser, reachable: StrangeServer) -> None:
    """The app may have written another one."""
    wiki = await asking_at(provider, reachable.url("/request"))
    for state in ("one", "two"):
        claims = await wiki.claims(prompt="none", state=state)
        reachable.pages["/request"] = page(SIGNER.jwt(claims).encode())
        answer = await browser.open(wiki.around(claims, request_uri=reachable.url("/request")))
        assert (answer.params["error"], answer.params["state"]) == ("login_required", state)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/large", "too_large"),
        ("/redirect", "redirected"),
        ("/missing", "wrong_status"),
        ("/garbage", "broken"),
        ("/binary", "wrong_type"),
        ("/hang", "timeout"),
    ],
)
async def test_what_cannot_be_fetched(
    provider: Provider, browser: Browser, reachable: StrangeServer, path: str, reason: str
) -> None:
    """The reason is for the auditor alone: outside nobody learns what our network looks like."""
    reachable.pages["/binary"] = page(b"\xff\xfe")
    wiki = await asking_at(provider, reachable.url(path))
    answer = await sent(wiki, browser, reachable.url(path))
    assert is_refused(answer)
    assert answer.params["error_description"] == "what lies at the request_uri could not be fetched"
    assert await faults(provider) == [("wiki", "request_uri", reason)]


async def test_a_page_is_no_request_object(provider: Provider, browser: Browser, reachable: StrangeServer) -> None:
    wiki = await asking_at(provider, reachable.url("/html"))
    assert is_refused(await sent(wiki, browser, reachable.url("/html")), "invalid_request_object")


async def test_a_private_address_is_not_asked(provider: Provider, browser: Browser, strange: StrangeServer) -> None:
    """Although registered: it is not among fetch_hosts."""
    wiki = await asking_at(provider, strange.url("/html"))
    assert is_refused(await sent(wiki, browser, strange.url("/html")))
    assert await faults(provider) == [("wiki", "request_uri", "private_address")]
    assert strange.connections == 0


async def test_nothing_is_fetched_from_where_nobody_registered(
    provider: Provider, browser: Browser, reachable: StrangeServer
) -> None:
    """RFC 9101 10.4.1; nor for a client that is unknown."""
    wiki = await asking_at(provider, reachable.url("/request"))
    for uri in (reachable.url("/other"), reachable.url("/request?x=1"), reachable.url("/request/"), "https://x"):
        assert is_refused(await sent(wiki, browser, uri))
    unknown = await sent(wiki, browser, reachable.url("/request"), client_id="nobody")
    assert (unknown.step, unknown.status) == ("error", 400)
    assert reachable.connections == 0


async def test_without_a_way_back_it_is_a_page(provider: Provider, browser: Browser, reachable: StrangeServer) -> None:
    wiki = await asking_at(provider, reachable.url("/missing"))
    answer = await sent(wiki, browser, reachable.url("/missing"), redirect_uri="https://evil.example/")
    assert (answer.step, answer.status) == ("error", 400)
    assert "invalid_request_uri" in answer.text


async def test_keys_and_object_may_both_lie_elsewhere(
    provider: Provider, browser: Browser, reachable: StrangeServer
) -> None:
    """One fetch after the other; the keys are kept."""
    said = ClientMetadata(jwks_uri=reachable.url("/jwks"), request_uris=(reachable.url("/request"),))
    wiki = await asking_app(provider, SIGNER, metadata=said)
    claims = await wiki.claims()
    reachable.pages["/request"] = page(SIGNER.jwt(claims).encode())
    assert is_refused(await sent(wiki, browser, reachable.url("/request")), "invalid_request_object")
    reachable.publish(SIGNER.jwk)
    provider.clock.advance(seconds=10)
    for _ in range(2):
        answer = await browser.open(wiki.around(claims, request_uri=reachable.url("/request")))
        assert answer.step == "password"
    paths = [request.split(b" ")[1] for request in reachable.requests]
    assert paths == [b"/request", b"/jwks", b"/request", b"/jwks", b"/request"]


async def test_one_that_hangs_keeps_nobody_else_waiting(
    provider: Provider, browser: Browser, reachable: StrangeServer
) -> None:
    """Neither the database nor the server: all pool connections stay free."""
    wiki = await asking_at(provider, reachable.url("/hang"))
    claims = await wiki.claims()
    url = wiki.around(claims, request_uri=reachable.url("/hang"), state="outside")

    async def hanging() -> Page:
        async with Browser(trust=provider.trust) as another:
            return await another.open(url)

    waiting = [asyncio.create_task(hanging()) for _ in range(12)]
    await reachable.asked(12)
    assert (await browser.open(await wiki.url())).step == "password"
    assert not any(task.done() for task in waiting)
    assert all(is_refused(answer) for answer in await asyncio.gather(*waiting))
