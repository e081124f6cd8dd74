"""Requests that nobody well-meaning sends: never our fault, never a redirect elsewhere, never kept for ever."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from urllib.parse import urlsplit

import httpx2
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from idp.demo.relying_party import create_relying_party
from idp.directory.user import LONGEST_NAME
from idp.server.http import LONGEST_HEAD, ShortHeads
from idp.usecases import clients
from idp.usecases.clients import Metadata
from idp.web import forms
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider
from tests.drivers.scenes import enrolled, sign_in

ELSEWHERE = "https://new.example.org/callback"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    """A first-party app."""
    return await provider.app()


async def move(provider: Provider) -> None:
    """The wiki's redirect URI is replaced."""
    async with provider.unit() as made:
        await clients.change(made, "wiki", Metadata(redirect_uris=(ELSEWHERE,)))


async def status(port: int, head: str, body: bytes = b"") -> int:
    """Of a request sent as it stands here."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    writer.write(f"{head}\r\n{length}Connection: close\r\n\r\n".encode("latin-1") + body)
    await writer.drain()
    line = await asyncio.wait_for(reader.readline(), 30)
    writer.close()
    return int(line.split()[1])


@pytest.mark.parametrize("way", ["code", "cancel"])
async def test_an_address_that_was_withdrawn_meanwhile_gets_no_answer(
    provider: Provider, browser: Browser, wiki: AuthlibClient, way: str
) -> None:
    """O-02: registered when the request came and no longer when the answer would leave; no redirect, no fault."""
    alice = await enrolled(provider, wiki)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    await move(provider)
    if way == "code":
        page = await page.submit(code=alice.app_code())
    else:
        page = await page.submit(button="Cancel and return to wiki")
    assert (page.status, page.step, page.at_app) == (410, "error", False)
    grants = "SELECT count(*) FROM grants WHERE code_expires_at > $1"
    assert await provider.services.database.fetchval(grants, provider.clock()) == 0


async def test_a_finished_sign_in_is_not_repeated_to_a_withdrawn_address(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """O-02: the response that the same browser would get again stays where it is."""
    alice = await enrolled(provider, wiki)
    page = await browser.open(await wiki.authorization_url())
    assert (await alice.sign_in(page)).at_app
    await move(provider)
    again = await browser.open(page.url)
    assert (again.status, again.step, again.at_app) == (410, "error", False)


async def test_a_name_that_is_too_long_to_be_one_is_not_kept(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """What a stranger types is filled in again, up to the length of a name; no row grows with it."""
    page = await browser.open(await wiki.authorization_url())
    page = await page.submit(username="x" * LONGEST_NAME, password="wrong")
    assert page.fields["username"].value == "x" * LONGEST_NAME
    page = await page.submit(username="x" * 60_000, password="wrong")
    assert page.alerts
    assert page.fields["username"].value == ""
    size = "SELECT max(octet_length(notice::text)) FROM interactions"
    assert await provider.services.database.fetchval(size) < 1000
    size = "SELECT max(octet_length(personal)) FROM security_events"
    assert await provider.services.database.fetchval(size) < 1000


HOSTS = ["[", "a b", "evil.example", "evil:99999", "", "localhost:port", "@[::1", "\xff\xfe", "a" * 5000]


async def test_whatever_host_is_named_nothing_fails(browser: Browser, wiki: AuthlibClient) -> None:
    """O-63, V16.5.1: no address of ours comes from it, and no code of ours trips over it."""
    page = await browser.open(await wiki.authorization_url())
    path, port = urlsplit(page.url).path, urlsplit(page.url).port
    assert port
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    targets = (f"GET {path}", f"POST {path}", "POST /logout/confirm", "POST /token", "GET /authorize", "GET /x")
    for target, host in product(targets, HOSTS):
        head = f"{target} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n{FORM}"
        assert await status(port, head, b"csrf=x&username=a&password=b" if "POST" in target else b"") < 500, head


@pytest.mark.parametrize(
    ("host", "expected"), [("evil.example", 400), ("127.0.0.1:8001", 200), ("localhost:8001", 200)]
)
async def test_the_demo_app_shows_its_passwords_under_its_own_name_alone(host: str, expected: int) -> None:
    """A page elsewhere, whose name suddenly leads to this machine (DNS rebinding), is not the demo."""
    app = create_relying_party(
        issuer="http://localhost:9", base_url="http://127.0.0.1:8001", clients=[], session_secret="s", people=[]
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as http:
        assert (await http.get("http://127.0.0.1:8001/", headers={"Host": host})).status_code == expected


def spellings(path: str) -> list[str]:
    """Of one page's address, and of others that are none."""
    at = path.rpartition("/")[0]
    name = at.rpartition("/")[2]
    return [
        f"{at}/../{name}/password",
        f"{at}%2fpassword",
        f"{at}//password",
        f"{at}/password/",
        f"{at}/password%00",
        at.upper(),
        f"/interaction/%7B{name}%7D/second-factor",
        f"/interaction/{'9' * 5000}",
        "/interaction/%ff%fe/password",
        "//evil.example/interaction",
        "/static/..%2f..%2fpyproject.toml",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/authorize%0d%0aX-Injected:%20y",
        "/authorize?client_id=%00",
        "/authorize?%zz",
        f"/authorize?{'a=b&' * 3000}",
        f"/authorize?client_id={'x' * 60000}",
        f"/logout?id_token_hint={'a.' * 3000}",
        "/logout?state=a&state=b",
    ]


async def test_no_spelling_of_an_address_and_no_method_fails_or_passes_a_step(
    browser: Browser, wiki: AuthlibClient
) -> None:
    """V16.5.1, V3.5.1: slashes, dots, escapes, lengths, by every method; the sign-in stands where it stood."""
    page = await browser.open(await wiki.authorization_url())
    path, port = urlsplit(page.url).path, urlsplit(page.url).port
    assert port
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    for target in spellings(path):
        for method in METHODS:
            answered = await status(port, f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}")
            assert answered < 500, f"{method} {target[:80]}"
            assert answered >= 400 or method in {"GET", "HEAD", "POST"}, f"{method} {target[:80]}"
    assert (await page.reload()).step == "password"


HEADERS = [
    'Cookie: browser=\xff; session==;;; "; known',
    "Cookie: " + "a=b;" * 10_000,
    "X-Forwarded-For: " + "1.1.1.1," * 5000,
    "X-Forwarded-For: \xff,::1%eth0,[",
    "User-Agent: " + "\xff" * 5000,
    "User-Agent: {{7*7}}%(x)s\x1b[2J",
    "Origin: \xff",
    "Sec-Fetch-Site: \xff",
    "Accept-Language: " + "x," * 9999,
    "Authorization: Bearer \xff\xff",
    "Authorization: Basic \xff",
    "If-None-Match: \xff",
    "Range: bytes=0-1",
    "Content-Type: application/x-www-form-urlencoded; charset=utf-16",
]


async def test_no_header_fails(browser: Browser, wiki: AuthlibClient) -> None:
    """V16.5.1: whatever stands in it."""
    page = await browser.open(await wiki.authorization_url())
    path, port = urlsplit(page.url).path, urlsplit(page.url).port
    assert port
    targets = (path, "/authorize?client_id=wiki", "/userinfo", "/token", "/revoke", "/logout", "/jwks")
    for target, method, header in product(targets, ("GET", "POST"), HEADERS):
        answered = await status(port, f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{header}")
        assert answered < 500, f"{method} {target} {header[:80]!r}"


@pytest.mark.parametrize("name", ["browser", "session"])
async def test_of_a_cookie_sent_twice_one_counts_and_nothing_is_mixed(
    provider: Provider, browser: Browser, wiki: AuthlibClient, name: str
) -> None:
    """A neighbour on the domain who adds a cookie of the same name gets no more than either cookie gives alone."""
    alice = await enrolled(provider, wiki)
    await sign_in(wiki, alice, browser)
    async with Browser() as thief:
        page = await thief.open(await wiki.authorization_url())
        mine, theirs = thief.cookies.get(name, "x" * 43), "y" * 43
        pair = f"{name}={mine}; {name}={theirs}"
        answer = await thief.client.get(page.url, headers={"Cookie": pair}, follow_redirects=False)
        assert answer.status_code in {200, 410, 303}
        assert "second-factor" not in answer.headers.get("location", "")


@pytest.mark.parametrize("path", ["/token", "/authorize", "/logout"])
async def test_a_body_that_does_not_come_is_not_waited_for(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Slow senders again: the head promised more than ever comes."""
    monkeypatch.setattr(forms, "BODY_SECONDS", 0.2)
    port = urlsplit(provider.issuer).port
    assert port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{FORM}\r\nContent-Length: 9\r\n\r\na=".encode())
    assert (await asyncio.wait_for(reader.readline(), 30)).split()[1] == b"408"
    writer.close()


class Hasty(ShortHeads):
    """Waits a fifth of a second for a head."""

    head_seconds = 0.2


async def ok(scope: Scope, _: Receive, send: Send) -> None:
    """An application that answers at once."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@asynccontextmanager
async def parsed_by(protocol: type[ShortHeads]) -> AsyncIterator[int]:
    """The port of a server with that parser."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(ok, http=protocol, ws="none", lifespan="off", log_config=None)
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listening])
        yield listening.getsockname()[1]
        for each in server.servers:
            each.close()


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nX: ", b"GET /?", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 9])
async def test_a_head_without_an_end_is_cut_off(head: bytes) -> None:
    """Memory: uvicorn's own parser would keep every octet of it."""
    async with parsed_by(ShortHeads) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        sent, most = 0, 100 * LONGEST_HEAD
        with contextlib.suppress(ConnectionError):
            while sent < most:
                writer.write(b"a" * 8192)
                await writer.drain()
                await asyncio.sleep(0)
                sent += 8192
        writer.close()
    assert sent < most


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"], ids=["first", "second"])
async def test_a_head_that_takes_too_long_ends_the_connection(before: bytes) -> None:
    """Slow senders keep no connection: not with the first request, nor with one after an answer."""
    async with parsed_by(Hasty) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        if before:
            writer.write(before)
            assert b"204" in await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(2 * Hasty.head_seconds)  # a connection kept alive may rest
        writer.write(b"GET / HTTP/1.1\r\nHost:")
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()


async def test_a_silent_connection_is_closed() -> None:
    """The same for one over which nothing was ever asked."""
    async with parsed_by(Hasty) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()
