"""Edges over HTTP, in process: methods, errors by kind, headers, forms, who may post."""

from collections.abc import Awaitable, Callable, Mapping

import httpx2
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.oidc.errors import InvalidClient, InvalidRequest
from idp.usecases.errors import Busy, Unavailable
from idp.web import cors, forms, responses
from idp.web.call import call_of
from idp.web.edges import Edge, PageError
from idp.web.error_page import ErrorKind, ErrorPage
from idp.web.kinds import AUTHORIZATION, OPERATIONS, PAGES, PROTOCOL, Kind
from tests.drivers.page_server import AT, BARE, house_of
from tests.drivers.parsed_html import Document

ISSUER = "https://id.example.org"
CANARY = "hunter2-canary"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Handler = Callable[[Request], Awaitable[Response]]


def raising(error: Exception) -> Handler:
    async def handler(_: Request) -> Response:
        raise error

    return handler


async def echo(request: Request) -> Response:
    form = await forms.read_form(request)
    return responses.json_response({"name": form.text("name"), "has": "name" in form, "at": str(call_of(request).at)})


async def ask(edge: Edge, method: str = "GET", **arguments: object) -> httpx2.Response:
    app = Starlette(routes=[Route("/", edge)])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ISSUER) as client:
        return await client.request(method, "/", **arguments)  # type: ignore[arg-type]


def edge(kind: Kind, handlers: Mapping[str, Handler], issuer: str = ISSUER, allowed: cors.Cors | None = None) -> Edge:
    return Edge(house=house_of(issuer), kind=kind, handlers=handlers, cors=allowed)


@pytest.mark.parametrize("kind", [AUTHORIZATION, PAGES])
async def test_headers_of_pages(kind: Kind) -> None:
    """ASVS V3.4, exactly; COOP is absent, since apps open these pages as popups."""
    answer = await ask(edge(kind, {}))
    assert answer.status_code == 404
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "cross-origin-opener-policy" not in answer.headers
    assert Document(answer.text).step == "error"


async def test_no_hsts_on_loopback() -> None:
    answer = await ask(edge(PAGES, {}, issuer="http://localhost:8000"))
    assert "strict-transport-security" not in answer.headers


async def test_a_redirect_of_ours_is_a_303_that_nobody_stores() -> None:
    """RFC 9700 4.12: never 307."""

    async def go(_: Request) -> Response:
        return responses.see_other("/next")

    answer = await ask(edge(PAGES, {"POST": go}), "POST")
    assert (answer.status_code, answer.headers["location"]) == (303, "/next")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("kind", [AUTHORIZATION, PAGES, PROTOCOL, OPERATIONS])
async def test_a_wrong_method_names_the_right_ones(kind: Kind) -> None:
    answer = await ask(edge(kind, {"GET": echo}), "DELETE")
    allowed = "GET, HEAD" if kind.answers_head else "GET"
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("kind", [AUTHORIZATION, PAGES])
async def test_a_look_ahead_ends_in_no_code_and_makes_no_secret(kind: Kind) -> None:
    """V3.5.3: no change by HEAD; a GET there may issue a code, or make a set-up secret or recovery codes."""
    called: list[str] = []

    async def show(request: Request) -> Response:
        called.append(request.method)
        return responses.text_response("here")

    assert (await ask(edge(kind, {"GET": show}), "HEAD")).status_code == 405
    assert not called


async def test_head_is_answered_as_get() -> None:
    async def show(_: Request) -> Response:
        return responses.text_response("here")

    assert (await ask(edge(OPERATIONS, {"GET": show}), "HEAD")).status_code == 200


@pytest.mark.parametrize("error", [Unavailable("gone"), Busy(2)])
@pytest.mark.parametrize("kind", [AUTHORIZATION, PAGES, PROTOCOL, OPERATIONS])
async def test_what_is_down_or_full_says_when_to_come_back(kind: Kind, error: Exception) -> None:
    answer = await ask(edge(kind, {"GET": raising(error)}))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    if kind is PROTOCOL:
        assert answer.json()["error"] == "temporarily_unavailable"


@pytest.mark.parametrize("kind", [AUTHORIZATION, PAGES, PROTOCOL, OPERATIONS])
async def test_our_fault_shows_a_reference_and_nothing_else(kind: Kind) -> None:
    """ASVS V16.5.1, V16.2.5: no message, no trace, no secret, neither out nor in the log."""
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
        answer = await ask(edge(kind, {"GET": raising(ValueError(CANARY))}))
    assert answer.status_code == 500
    assert CANARY not in answer.text + repr(answer.headers) + repr(logged)
    (event,) = logged
    assert event["error"] == "ValueError"
    assert any("test_edges.py" in frame for frame in event["frames"])
    if kind is not OPERATIONS:
        assert event["reference"] in answer.text
    assert event["request_id"] == event["reference"]


async def test_a_protocol_fault_is_json_of_the_rfc() -> None:
    """RFC 6749 5.2, with the challenge where the Authorization header was used."""
    answer = await ask(edge(PROTOCOL, {"POST": raising(InvalidClient("no", header_used=True, detail=CANARY))}), "POST")
    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_client", "error_description": "no"}
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


async def test_an_authorization_fault_without_a_trusted_redirect_is_a_page() -> None:
    """RFC 6749 4.1.2.1: no redirect; what came is shown to the developer, escaped."""
    fault = raising(InvalidRequest("client_id is unknown", detail=CANARY))
    answer = await ask(edge(AUTHORIZATION, {"GET": fault}), params={"client_id": "<b>", "redirect_uri": "https://x/?a"})
    page = Document(answer.text)
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert page.heading == "This sign-in link is not set up right"
    assert {"<b>", "https://x/?a", "invalid_request"} <= set(page.codes)
    assert "<b>" not in answer.text
    assert CANARY not in answer.text


async def test_a_handler_may_answer_with_an_error_page_of_its_own() -> None:
    view = ErrorPage(shell=BARE, kind=ErrorKind.STALE)
    answer = await ask(edge(PAGES, {"GET": raising(PageError(view, {"X-More": "1"}))}))
    assert (answer.status_code, answer.headers["x-more"]) == (409, "1")
    assert Document(answer.text).heading == "You already finished this in another tab"


async def test_pages_take_posts_of_our_own_pages_only() -> None:
    """ASVS V3.5.1; the page says what an expired one says, the status tells the log."""
    cross = {**FORM, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    refused = await ask(edge(PAGES, {"POST": echo}), "POST", headers=cross, content="name=x")
    assert refused.status_code == 403
    assert Document(refused.text).heading == "This sign-in waited too long"
    taken = await ask(edge(AUTHORIZATION, {"POST": echo}), "POST", headers=cross, content="name=x")
    assert taken.status_code == 200


async def test_a_form_becomes_values() -> None:
    answer = await ask(edge(PAGES, {"POST": echo}), "POST", headers=FORM, content="name=J%C3%B6+A")
    assert answer.json() == {"name": "Jö A", "has": True, "at": str(AT)}


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Content-Type": "application/json"}, b"{}", 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"", 415),
        ({"Content-Type": "application/x-www-form-urlencoded; charset=latin1"}, b"name=x", 415),
        ({}, b"name=x", 415),
        ({"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}, b"name=x", 200),
        (FORM, b"name=%FF", 400),
        (FORM, b"name=%zz", 400),
        (FORM, b"name=a%00b", 400),
        (FORM, b"name=a&name=b", 400),
        (FORM, b"&".join(b"f%d=1" % number for number in range(51)), 400),
        (FORM, b"name=" + b"x" * 64 * 1024, 413),
    ],
)
async def test_what_is_no_form_of_ours_is_refused(headers: dict[str, str], content: bytes, status: int) -> None:
    """Bad input gets a 4xx, never a 500."""
    answer = await ask(edge(PAGES, {"POST": echo}), "POST", headers=headers, content=content)
    assert answer.status_code == status


async def test_a_body_that_streams_on_is_cut_off() -> None:
    """Without Content-Length the limit is found while reading, and the rest is not read."""
    sent = 0

    async def endless() -> object:
        nonlocal sent
        while sent < 10_000_000:
            sent += 16_384
            yield b"x" * 16_384

    seen: list[int] = []

    async def read(request: Request) -> Response:
        try:
            await forms.read_body(request)
        finally:
            seen.append(1)
        raise AssertionError

    answer = await ask(edge(PROTOCOL, {"POST": read}), "POST", headers=FORM, content=endless())
    assert (answer.status_code, seen) == (413, [1])


async def test_json_where_a_protocol_form_is_due_is_an_invalid_request() -> None:
    """RFC 6749 5.2, O-21: 400, not 415."""

    async def token(request: Request) -> Response:
        await forms.read_parameters(request)
        raise AssertionError

    answer = await ask(edge(PROTOCOL, {"POST": token}), "POST", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_scripts_of_registered_origins_may_read_others_may_not() -> None:
    """RFC 9700 2.6: no credentials, never a star beside a named origin."""

    async def only_wiki(origin: str) -> bool:
        return origin == "https://wiki.example.org"

    async def show(_: Request) -> Response:
        return responses.json_response({})

    guarded = edge(PROTOCOL, {"POST": show}, allowed=only_wiki)
    good = await ask(guarded, "POST", headers={"Origin": "https://wiki.example.org"})
    assert good.headers["access-control-allow-origin"] == "https://wiki.example.org"
    assert good.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in good.headers
    evil = await ask(guarded, "POST", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in evil.headers
    asked = await ask(guarded, "OPTIONS", headers={"Origin": "https://wiki.example.org"})
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "POST")


async def test_what_is_public_may_be_read_from_anywhere_and_the_rest_from_nowhere() -> None:
    async def show(_: Request) -> Response:
        return responses.json_response({})

    public = await ask(edge(PROTOCOL, {"GET": show}, allowed=cors.any_origin), headers={"Origin": "https://a.example"})
    assert public.headers["access-control-allow-origin"] == "*"
    closed = await ask(edge(AUTHORIZATION, {"GET": show}), headers={"Origin": "https://a.example"})
    assert not [name for name in closed.headers if name.startswith("access-control")]
    assert (await ask(edge(AUTHORIZATION, {"GET": show}), "OPTIONS")).status_code == 405


async def test_a_shared_response_is_never_changed() -> None:
    """Discovery sends one prepared response again and again."""
    prepared = responses.json_response({})
    before = list(prepared.raw_headers)

    async def show(_: Request) -> Response:
        return prepared

    await ask(edge(PROTOCOL, {"GET": show}, allowed=cors.any_origin))
    assert prepared.raw_headers == before
