"""`/logo/{client_id}`: fetched when it is asked for, kept, shown from our own origin, in the way of no sign-in."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
from PIL import Image

from idp.oidc.logo import MOST_OCTETS
from idp.storage import clients as client_rows
from idp.usecases import clients
from idp.usecases.clients import Metadata
from idp.usecases.services import Services
from idp.usecases.unit import unit
from idp.values.ids import ClientId
from tests.drivers.clock import MovableClock
from tests.drivers.grants import COMMAND, add_client
from tests.drivers.server import RunningServer
from tests.drivers.strange_server import StrangeServer, page

LETTER = "image/svg+xml"


def drawn(form: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 200, 30)).save(written, form)
    return written.getvalue()


PNG = drawn("PNG")


@pytest.fixture
async def http(server: RunningServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=server.issuer) as client:
        yield client


async def with_logo(services: Services, uri: str, client_id: str = "wiki", name: str = "Wiki") -> None:
    await add_client(services, client_id, metadata=Metadata(name=name, further={"logo_uri": uri}))


async def asked(server: StrangeServer) -> int:
    """How often the client's server was asked for anything."""
    return len(server.requests)


async def test_a_logo_comes_from_our_own_origin(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient
) -> None:
    """Whatever the client's server calls it; and nothing of the visitor reaches that server."""
    reachable.pages["/logo.png"] = page(PNG, "text/html", headers=("Set-Cookie: a=b", "X-Other: canary"))
    await with_logo(services, reachable.url("/logo.png"))
    answer = await http.get("/logo/wiki?v=1", headers={"Cookie": "canary=1", "User-Agent": "canary"})
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert not {"set-cookie", "x-other"} & set(answer.headers)
    assert b"canary" not in reachable.requests[0]


@pytest.mark.parametrize("form", ["JPEG", "GIF", "WEBP"])
async def test_each_kind_of_picture_is_named_by_its_octets(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient, form: str
) -> None:
    reachable.pages["/logo"] = page(drawn(form), "application/octet-stream")
    await with_logo(services, reachable.url("/logo"))
    answer = await http.get("/logo/wiki")
    assert (answer.headers["content-type"], answer.content) == (f"image/{form.lower()}", drawn(form))


async def test_a_logo_is_asked_for_once_a_day(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient, clock: MovableClock
) -> None:
    reachable.pages["/logo"] = page(PNG)
    await with_logo(services, reachable.url("/logo"))
    answers = await asyncio.gather(*(http.get("/logo/wiki") for _ in range(10)))
    assert {answer.content for answer in answers} == {PNG}
    clock.advance(hours=23, minutes=59)
    assert (await http.get("/logo/wiki")).content == PNG
    assert await asked(reachable) == 1
    reachable.pages["/logo"] = page(drawn("GIF"))
    clock.advance(minutes=1)
    assert (await http.get("/logo/wiki")).content == drawn("GIF")
    assert await asked(reachable) == 2


async def test_another_address_is_asked_at_once(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient
) -> None:
    reachable.pages |= {"/one": page(PNG), "/two": page(drawn("GIF"))}
    await with_logo(services, reachable.url("/one"))
    assert (await http.get("/logo/wiki")).content == PNG
    async with unit(services, COMMAND, None, services.clock()) as made:
        await clients.change(made, "wiki", Metadata(further={"logo_uri": reachable.url("/two")}))
    services.cache.forget("clients")
    assert (await http.get("/logo/wiki")).content == drawn("GIF")


@pytest.mark.parametrize(
    "body",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        PNG + bytes(MOST_OCTETS),
        PNG[:16],
        b"",
    ],
    ids=["svg", "html", "large", "cut", "empty"],
)
async def test_anything_but_a_picture_is_a_letter_for_an_hour(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient, clock: MovableClock, body: bytes
) -> None:
    reachable.pages["/logo"] = page(body, "image/png")
    await with_logo(services, reachable.url("/logo"), name="<script>")
    for _ in range(3):
        answer = await http.get("/logo/wiki")
        assert (answer.status_code, answer.headers["content-type"]) == (200, LETTER)
        assert ">&lt;</text>" in answer.text
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["cache-control"] == "public, max-age=300"
        clock.advance(minutes=19)
    assert await asked(reachable) == 1
    reachable.pages["/logo"] = page(PNG)
    clock.advance(minutes=3)
    assert (await http.get("/logo/wiki")).content == PNG


async def test_a_failure_is_an_event_of_the_client(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient
) -> None:
    await with_logo(services, reachable.url("/redirect"))
    await asyncio.gather(*(http.get("/logo/wiki") for _ in range(5)))
    rows = await services.database.fetch(
        "SELECT client_id, details FROM security_events WHERE kind = 'document_not_fetched'"
    )
    assert [(row["client_id"], row["details"]) for row in rows] == [
        ("wiki", {"document": "logo_uri", "reason": "redirected"})
    ]


async def test_a_logo_that_hangs_holds_up_nothing(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient
) -> None:
    """Nobody else's answer, and no connection to the database: more ask than it has."""
    await with_logo(services, reachable.url("/hang"))
    waiting = [asyncio.create_task(http.get("/logo/wiki", timeout=30)) for _ in range(20)]
    while not await asked(reachable):  # noqa: ASYNC110 - until the client's server has been reached
        await asyncio.sleep(0.01)
    assert (await http.get("/readyz")).status_code == 200
    assert not any(task.done() for task in waiting)
    answers = await asyncio.gather(*waiting)
    assert {answer.headers["content-type"] for answer in answers} == {LETTER}
    assert await asked(reachable) == 1


async def test_where_there_is_no_logo_nothing_is_found(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient
) -> None:
    await add_client(services, "plain")
    await with_logo(services, reachable.url("/html"), "gone")
    await client_rows.set_status(services.database, ClientId("gone"), services.clock(), active=False)
    services.cache.forget("clients")
    for path in ("plain", "gone", "unknown", "%00", "%C3%BC", "a" * 5000, "..", "wiki%2F..%2Fplain"):
        answer = await http.get(f"/logo/{path}")
        assert answer.status_code == 404, path
        assert answer.headers["cache-control"] == "no-store"
    assert (await http.post("/logo/plain")).status_code == 405
    assert await asked(reachable) == 0


async def test_a_client_that_is_deleted_takes_its_logo_along(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient
) -> None:
    reachable.pages["/logo"] = page(PNG)
    await with_logo(services, reachable.url("/logo"))
    assert (await http.get("/logo/wiki")).content == PNG
    await services.database.execute("DELETE FROM clients")
    assert await services.database.fetchval("SELECT count(*) FROM client_logos") == 0
    services.cache.forget("clients")
    assert (await http.get("/logo/wiki")).status_code == 404


async def test_a_clock_set_back_asks_no_more_often(
    services: Services, reachable: StrangeServer, http: httpx2.AsyncClient, clock: MovableClock
) -> None:
    reachable.pages["/logo"] = page(PNG)
    await with_logo(services, reachable.url("/logo"))
    assert (await http.get("/logo/wiki")).content == PNG
    clock.now -= timedelta(hours=2)
    assert (await http.get("/logo/wiki")).content == PNG
    assert await asked(reachable) == 1
