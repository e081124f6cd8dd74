"""The guarded call against real servers: whatever they do is one clear fault, and nothing is told that may not be."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from random import Random
from threading import Event

import pytest

from idp.outbound.addresses import IpAddress
from idp.outbound.fetching import AT_ONCE, SECONDS, Fetched, Fetcher, FetchFailed, FetchFault
from idp.outbound.network import Resolver, looked_up
from idp.outbound.trust import trusted
from idp.settings import SettingsError
from tests.drivers.strange_server import StrangeServer, page, strange_server
from tests.drivers.tls_authority import Authority

MOST = 64 * 1024
PIECES = (
    *(b"HTTP/1.1 ", b"200 OK", b"204", b"301 x", b"100 Continue", b"103 Hints", b"101 Switching", b"Upgrade: h2c"),
    *(b"Content-Length: ", b"5", b"-1", b"9" * 20, b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked"),
    *(b"Content-Type: \xff\xfe", b"Content-Encoding: br", b"0\r\n\r\n", b"f" * 16 + b"\r\n", b"5\r\nhello\r\n"),
    *(b"\r\n", b"\r\n", b"\r\n\r\n", b"\r\n\r\n", b"\n", b"\x00", b": ", b"hello", b"x" * 1000),
)
PATIENCE = 60.0
SOON = 0.3  # seconds that a call to a server that hangs may take here, so that it costs no five


@dataclass(slots=True)
class Names(Resolver):
    """A name server that its owner controls: each look-up gets the next of its answers."""

    answers: list[Sequence[str]]
    asked: list[str] = field(default_factory=list)

    async def addresses(self, host: str, port: int) -> tuple[IpAddress, ...]:
        self.asked.append(f"{host}:{port}")
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return tuple(map(ip_address, answer))

    def close(self) -> None:
        return


@pytest.fixture
def fetcher(authority: Authority) -> Iterator[Fetcher]:
    made = Fetcher(trusted(authority.certificate), Resolver())
    yield made
    made.close()


@pytest.fixture
def hasty(authority: Authority) -> Iterator[Fetcher]:
    made = Fetcher(trusted(authority.certificate), Resolver(), seconds=SOON)
    yield made
    made.close()


def naming(authority: Authority, *answers: Sequence[str]) -> tuple[Fetcher, Names]:
    names = Names(answers=list(answers))
    return Fetcher(trusted(authority.certificate), names), names


async def fault(fetcher: Fetcher, url: str, *allowed: str, most: int = MOST) -> FetchFault:
    with pytest.raises(FetchFailed) as failed:
        await fetcher.get(url, allowed=allowed, most=most)
    return failed.value.reason


async def test_an_answer_comes_with_its_media_type(fetcher: Fetcher, strange: StrangeServer) -> None:
    strange.pages["/jwks"] = page(b'{"keys":[]}', "Application/JWK-Set+JSON; charset=utf-8")
    fetched = await fetcher.get(strange.url("/jwks?a=b#c"), allowed={strange.authority}, most=11)
    assert fetched == Fetched(media_type="application/jwk-set+json", body=b'{"keys":[]}')
    head = strange.requests[0].decode("ascii").splitlines()
    assert head[0] == "GET /jwks?a=b HTTP/1.1"
    assert f"Host: {strange.authority}" in head
    assert "Accept-Encoding: identity" in head
    assert not [line for line in head if line.lower().startswith(("cookie", "authorization", "referer", "te:"))]


async def test_a_form_is_posted_and_the_status_comes_back(fetcher: Fetcher, strange: StrangeServer) -> None:
    strange.pages["/logout"] = page(b"no", status="400 Bad Request")
    fields = {"logout_token": "a.b.c", "x": "ü&="}
    assert await fetcher.post_form(strange.url("/logout"), fields, allowed={strange.authority}) == 400
    assert await fetcher.post_form(strange.url("/empty"), fields, allowed={strange.authority}) == 204
    head, _, body = strange.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /logout HTTP/1.1")
    assert b"Content-Type: application/x-www-form-urlencoded" in head
    assert body == b"logout_token=a.b.c&x=%C3%BC%26%3D"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/redirect", FetchFault.REDIRECTED),
        ("/permanent", FetchFault.REDIRECTED),
        ("/missing", FetchFault.WRONG_STATUS),
        ("/failing", FetchFault.WRONG_STATUS),
        ("/empty", FetchFault.WRONG_STATUS),
        ("/large", FetchFault.TOO_LARGE),
        ("/endless", FetchFault.TOO_LARGE),
        ("/zipped", FetchFault.WRONG_TYPE),
        ("/garbage", FetchFault.BROKEN),
        ("/cut", FetchFault.BROKEN),
        ("/header", FetchFault.BROKEN),
        ("/nothing", FetchFault.BROKEN),
        ("/switching", FetchFault.BROKEN),
    ],
)
async def test_a_strange_server_is_one_clear_fault(
    fetcher: Fetcher, strange: StrangeServer, path: str, reason: FetchFault
) -> None:
    """O-36, V1.3.6: and the next call is answered as if nothing had been."""
    assert await fault(fetcher, strange.url(path), strange.authority) is reason
    strange.pages["/well"] = page(b"{}")
    assert (await fetcher.get(strange.url("/well"), allowed={strange.authority}, most=MOST)).body == b"{}"


@pytest.mark.parametrize("path", ["/hang", "/drip"])
async def test_a_slow_server_has_five_seconds_in_all(
    fetcher: Fetcher, hasty: Fetcher, strange: StrangeServer, path: str
) -> None:
    """However steadily it goes on; here it has less."""
    assert await fault(hasty, strange.url(path), strange.authority) is FetchFault.TIMEOUT
    assert (await fetcher.get(strange.url("/html"), allowed={strange.authority}, most=MOST)).body
    assert SECONDS == 5


async def test_whatever_octets_come_it_is_an_answer_or_a_fault(fetcher: Fetcher, strange: StrangeServer) -> None:
    """Nothing else is ever raised, so that no caller needs to know what httpcore may say."""
    chance, answered = Random(7), 0
    for _ in range(150):
        start = chance.choice([b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200\r\n", b""])
        strange.pages["/odd"] = start + b"".join(chance.choices(PIECES, k=chance.randint(0, 10)))
        with suppress(FetchFailed):
            await fetcher.get(strange.url("/odd"), allowed={strange.authority}, most=100)
            answered += 1
    assert 0 < answered < 100


async def test_a_redirect_is_no_acknowledgement(fetcher: Fetcher, strange: StrangeServer) -> None:
    with pytest.raises(FetchFailed) as failed:
        await fetcher.post_form(strange.url("/redirect"), {}, allowed={strange.authority})
    assert failed.value.reason is FetchFault.REDIRECTED
    assert strange.connections == 1


async def test_as_much_as_was_allowed_and_not_an_octet_more(fetcher: Fetcher, strange: StrangeServer) -> None:
    strange.pages["/ten"] = page(b"x" * 10)
    assert len((await fetcher.get(strange.url("/ten"), allowed={strange.authority}, most=10)).body) == 10
    assert await fault(fetcher, strange.url("/ten"), strange.authority, most=9) is FetchFault.TOO_LARGE


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_our_own_network_is_closed_however_it_is_spelt(
    fetcher: Fetcher, strange: StrangeServer, host: str
) -> None:
    """O-36: not even a connection is made."""
    assert await fault(fetcher, strange.url("/html", host)) is FetchFault.PRIVATE_ADDRESS
    assert await fault(fetcher, strange.url("/html", host), "localhost:1", "app.example") is FetchFault.PRIVATE_ADDRESS
    assert strange.connections == 0


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["192.0.0.8"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]])
async def test_a_name_with_a_private_address_is_not_asked_at_any(
    authority: Authority, strange: StrangeServer, answer: list[str]
) -> None:
    fetcher, _ = naming(authority, answer)
    assert await fault(fetcher, strange.url("/html", "app.example")) is FetchFault.PRIVATE_ADDRESS
    assert strange.connections == 0


async def test_what_was_vetted_is_connected_to(authority: Authority, strange: StrangeServer) -> None:
    """A name that has another address a moment later (DNS rebinding) is looked up once, and that counts."""
    fetcher, names = naming(authority, ["127.0.0.2"], ["127.0.0.1"])
    assert await fault(fetcher, strange.url("/html", "app.example"), "app.example") is FetchFault.REFUSED
    assert names.asked == [f"app.example:{strange.port}"]
    assert strange.connections == 0


async def test_the_next_address_is_tried_where_one_refuses(authority: Authority, strange: StrangeServer) -> None:
    fetcher, _ = naming(authority, ["127.0.0.2", "127.0.0.1"])
    fetched = await fetcher.get(strange.url("/html"), allowed={"localhost"}, most=MOST)
    assert fetched.media_type == "text/html"


async def test_a_host_that_nobody_serves_refuses(fetcher: Fetcher, sockets: list[socket.socket]) -> None:
    sockets[0].close()
    assert await fault(fetcher, "https://127.0.0.1:1/", "127.0.0.1") is FetchFault.REFUSED


@pytest.mark.parametrize("host", ["nowhere.invalid", "xn--a.invalid"])
async def test_a_name_without_an_address_is_unresolved(fetcher: Fetcher, host: str) -> None:
    assert await fault(fetcher, f"https://{host}/") is FetchFault.UNRESOLVED


async def test_plain_http_is_never_spoken(fetcher: Fetcher, strange: StrangeServer) -> None:
    assert await fault(fetcher, f"http://{strange.authority}/html", strange.authority) is FetchFault.NOT_HTTPS
    assert strange.connections == 0
    async with strange_server(None) as plain:
        assert await fault(fetcher, plain.url("/html"), plain.authority) is FetchFault.TLS
        assert plain.requests == []


async def test_a_handshake_that_never_ends_leaves_no_connection_open(hasty: Fetcher) -> None:
    """Python warns of sockets left open, and here a warning is a failure."""
    silent = socket.create_server(("127.0.0.1", 0))
    with silent:
        port = silent.getsockname()[1]
        assert await fault(hasty, f"https://localhost:{port}/", "localhost") is FetchFault.TIMEOUT
    gc.collect()


async def test_a_certificate_of_an_unknown_authority_is_refused(strange: StrangeServer) -> None:
    fetcher = Fetcher(trusted(None), Resolver())
    assert await fault(fetcher, strange.url("/html"), strange.authority) is FetchFault.TLS
    fetcher.close()
    assert strange.requests == []


async def test_a_certificate_must_name_the_host_of_the_url(authority: Authority) -> None:
    """Though the address is reached, and the host is one of fetch_hosts (RFC 9525 6)."""
    async with strange_server(authority.leaf("app.example", name="other")) as other:
        names, _ = naming(authority, ["127.0.0.1"])
        assert await fault(names, other.url("/html"), other.authority) is FetchFault.TLS
        assert other.requests == []
        fetched = await names.get(other.url("/html", "app.example"), allowed={"app.example"}, most=MOST)
        assert fetched.media_type == "text/html"


async def test_the_environment_names_no_proxy_for_us(
    fetcher: Fetcher, strange: StrangeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await fetcher.get(strange.url("/html"), allowed={strange.authority}, most=MOST)).body


@pytest.mark.parametrize(
    "octets",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * (MOST - 1),
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 10_000,
    ],
    ids=["chunks", "continue", "hints"],
)
async def test_what_surrounds_the_content_is_counted_too(
    fetcher: Fetcher, strange: StrangeServer, octets: bytes
) -> None:
    """V1.3.6: a handful of octets in a flood of chunks or interim answers would keep everybody else waiting."""
    strange.pages["/flood"] = octets
    assert await fault(fetcher, strange.url("/flood"), strange.authority) is FetchFault.TOO_LARGE


async def test_a_host_is_called_so_often_at_once_and_no_more(
    fetcher: Fetcher, hasty: Fetcher, strange: StrangeServer
) -> None:
    """O-36: whoever can make us call somebody floods nobody; who finds no turn in time gets the fault of any delay."""
    hanging = [fault(fetcher, strange.url("/hang"), strange.authority) for _ in range(AT_ONCE)]
    calls = [asyncio.create_task(call) for call in hanging]
    await strange.asked(AT_ONCE)
    late = asyncio.create_task(fault(fetcher, strange.url("/missing"), strange.authority))
    assert await fault(hasty, strange.url("/missing"), strange.authority) is FetchFault.WRONG_STATUS  # another's turns
    assert await fetcher.post_form(strange.url("/empty"), {}, allowed={strange.authority}) == 204  # nor for a sign-out
    assert not late.done()
    calls[0].cancel()
    assert await late is FetchFault.WRONG_STATUS
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_name_server_that_never_answers_holds_up_nobody_else(
    authority: Authority, strange: StrangeServer
) -> None:
    """Its look-up goes on in its thread after each call has given up; there is one of them, however many ask."""
    asked, answered = list[str](), Event()

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        if host == "silent.example":
            answered.wait(PATIENCE)
        return looked_up("localhost", port)

    fetcher = Fetcher(trusted(authority.certificate), Resolver(look_up), seconds=SOON)
    try:
        for _ in range(3):
            calls = [fault(fetcher, f"https://silent.example:{port}/") for port in range(1, 61)]
            assert set(await asyncio.gather(*calls)) == {FetchFault.TIMEOUT}
        assert await fault(fetcher, strange.url("/missing"), strange.authority) is FetchFault.WRONG_STATUS
        assert asked == ["silent.example", "localhost"]
    finally:
        answered.set()
        fetcher.close()


async def test_many_calls_at_once_share_nothing(fetcher: Fetcher, strange: StrangeServer) -> None:
    strange.pages |= {f"/{number}": page(str(number).encode()) for number in range(20)}
    calls = (fetcher.get(strange.url(f"/{number}"), allowed={"localhost"}, most=MOST) for number in range(20))
    assert [fetched.body for fetched in await asyncio.gather(*calls)] == [str(n).encode() for n in range(20)]
    assert strange.connections == 20


def test_authorities_that_cannot_be_used_are_one_line(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("authorities")
    (folder / "empty.pem").write_text("")
    for path in (folder, folder / "missing.pem", folder / "empty.pem"):
        with pytest.raises(SettingsError, match=r"\AIDP_FETCH_CA_FILE: cannot use [^\n]+\Z"):
            trusted(path)
