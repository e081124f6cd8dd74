"""Responses in the few shapes that leave this server: page, redirect inside the house, JSON, plain text, download."""

import base64
import json
from collections.abc import Mapping
from hashlib import sha256

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from idp.web.templates import render
from idp.web.views import PostingPage, RecoveryCodesPage, ReturningPage, SignedOutPage, View
from idp.words import downloads

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)

PAGE_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # With no-referrer a form post says `Origin: null`, and the origin check would refuse our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Of every page. No Cross-Origin-Opener-Policy: apps open the pages of an authorization request as popups."""

NO_OPENER: Mapping[str, str] = {"Cross-Origin-Opener-Policy": "same-origin"}
"""Of the pages of the portal, which nobody opens as a popup."""

_SUBMIT = base64.b64encode(sha256(PostingPage.script.encode()).digest()).decode()
POSTING_POLICY = (
    f"default-src 'none'; style-src 'self'; script-src 'sha256-{_SUBMIT}'; img-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Without form-action: Chromium checks it along the whole redirect chain, and the app may redirect on."""

JSON_HEADERS: Mapping[str, str] = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def page(view: View, status: int | None = None, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """The view as HTML; its own status unless another is given."""
    return HTMLResponse(render(view), status or view.status, {**PAGE_HEADERS, **(headers or {})})


def posting(view: PostingPage) -> HTMLResponse:
    """The authorization response as a form (OAuth 2.0 Form Post Response Mode 2)."""
    return page(view, headers={"Content-Security-Policy": POSTING_POLICY})


def framing(view: ReturningPage | SignedOutPage) -> HTMLResponse:
    """A page after a sign-out; it may frame the origins of its own frames and nothing else."""
    if not view.frames:
        return page(view)
    origins = " ".join(sorted({frame.origin for frame in view.frames}))
    return page(view, headers={"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-src {origins}"})


def see_other(url: str) -> RedirectResponse:
    """303: the browser comes back with GET, whatever it came with (RFC 9700 4.12)."""
    return RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"})


def json_response(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Compact JSON that nobody stores (RFC 6749 5.1)."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text.encode(), status, {**JSON_HEADERS, **(headers or {})}, "application/json")


def nothing_to_see() -> Response:
    """An empty picture, which a page loads for what its request does."""
    empty = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    return Response(empty, headers=PAGE_HEADERS, media_type="image/svg+xml")


def text_response(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Plain text, for monitors."""
    return PlainTextResponse(text, status, {**JSON_HEADERS, **(headers or {})})


def recovery_codes_file(view: RecoveryCodesPage) -> Response:
    """The codes as a file to keep; the page that posted here stays where it is."""
    brand = view.shell.brand.name
    text = downloads.recovery_codes(brand=brand, account=view.account, made_at=view.made_at, codes=view.codes)
    name = downloads.file_name(brand=brand, account=view.account, made_at=view.made_at)
    headers = {**PAGE_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(text, headers=headers)
