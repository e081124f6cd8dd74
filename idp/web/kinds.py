"""The kinds of edges: each owns the shape of errors, the headers of every answer, and whether posts must be our own.

| kind | errors | posts from | cookies, framing |
|---|---|---|---|
| AUTHORIZATION | page; a protocol fault is «not set up right», 400 | anywhere (OIDC Core 3.1.2.1) | page headers |
| PAGES | page | our own pages | page headers |
| PORTAL | page | our own pages | page headers, and no opener (V3.4.8) |
| PROTOCOL | JSON of RFC 6749 5.2 | anywhere | no-store |
| OPERATIONS | one line of text | anywhere | no-store |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from idp.web import responses
from idp.web.call import call_of
from idp.web.error_page import DeveloperNote, ErrorKind, ErrorPage
from idp.web.failures import Failure
from idp.web.shell import Shell

Render = Callable[[Request, Failure, Shell], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of edge."""

    name: str
    headers: Mapping[str, str]
    """Of every answer that does not say otherwise itself."""
    own_posts_only: bool
    failed: Render
    speaks: bool = True
    """Whether a person reads the answers."""
    answers_head: bool = True
    """Not where a GET may end in a code or make a secret: a link scanner's look ahead must do neither (V3.5.3)."""


def _page(request: Request, failure: Failure, shell: Shell) -> Response:
    return responses.page(_error(request, failure, failure.kind, shell), failure.status, failure.headers)


def _authorization(request: Request, failure: Failure, shell: Shell) -> Response:
    protocol_fault = failure.oauth is not None or failure.kind in {ErrorKind.BAD_FORM, ErrorKind.TOO_LARGE}
    kind = ErrorKind.UNSAFE_LINK if protocol_fault else failure.kind
    return responses.page(_error(request, failure, kind, shell), failure.status, failure.headers)


def _error(request: Request, failure: Failure, kind: ErrorKind, shell: Shell) -> ErrorPage:
    call = call_of(request)
    wait = failure.retry_after_seconds
    return ErrorPage(
        shell=shell,
        kind=kind,
        reference=call.reference,
        developer=_note(request, failure),
        at=call.at,
        retry_at=call.at + timedelta(seconds=wait) if wait else None,
    )


def _note(request: Request, failure: Failure) -> DeveloperNote | None:
    if failure.oauth is None:
        return None
    return DeveloperNote(
        error=failure.oauth.code,
        description=failure.oauth.description,
        at=call_of(request).at,
        client_id=request.query_params.get("client_id"),
        redirect_uri=request.query_params.get("redirect_uri"),
    )


_PROTOCOL: Mapping[ErrorKind, tuple[str, str]] = {
    ErrorKind.BUSY: ("temporarily_unavailable", "try again in a moment"),
    ErrorKind.NOT_FOUND: ("invalid_request", "there is nothing at this address"),
    ErrorKind.METHOD: ("invalid_request", "the method is not allowed here"),
    ErrorKind.TOO_LARGE: ("invalid_request", "the body is too large"),
    ErrorKind.OUR_FAULT: ("server_error", "our fault"),
}
_UNSUPPORTED_MEDIA_TYPE = 415


def _protocol(request: Request, failure: Failure, _: Shell) -> Response:
    # RFC 6749 5.2 knows 400 and 401: JSON where a form is due is an invalid_request like any other.
    status = 400 if failure.status == _UNSUPPORTED_MEDIA_TYPE else failure.status
    if failure.oauth is not None:
        return responses.json_response(failure.oauth.body(), status, failure.headers)
    code, text = _PROTOCOL.get(failure.kind, ("invalid_request", "the body is not application/x-www-form-urlencoded"))
    body = {"error": code, "error_description": text}
    if failure.kind is ErrorKind.OUR_FAULT:
        body["error_description"] = f"our fault; reference {call_of(request).reference}"
    return responses.json_response(body, status, failure.headers)


def _operations(_: Request, failure: Failure, __: Shell) -> Response:
    return responses.text_response(f"{failure.kind}\n", failure.status, failure.headers)


AUTHORIZATION = Kind(
    name="authorization",
    headers=responses.PAGE_HEADERS,
    own_posts_only=False,
    failed=_authorization,
    answers_head=False,
)
PAGES = Kind(name="page", headers=responses.PAGE_HEADERS, own_posts_only=True, failed=_page, answers_head=False)
PORTAL = Kind(
    name="portal",
    headers={**responses.PAGE_HEADERS, **responses.NO_OPENER},
    own_posts_only=True,
    failed=_page,
    answers_head=False,
)
PROTOCOL = Kind(name="protocol", headers=responses.JSON_HEADERS, own_posts_only=False, failed=_protocol, speaks=False)
OPERATIONS = Kind(
    name="operations", headers=responses.JSON_HEADERS, own_posts_only=False, failed=_operations, speaks=False
)
