"""The person who answers the steps, on the product's own pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
import pyotp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from idp.web.templates import render
from tests.browser.sample_pages import VIEWS
from tests.drivers.browser_http import Browser
from tests.drivers.person import Person

NOW = datetime(2031, 3, 5, 12, 0, tzinfo=UTC)
ORDER = ["password", "second-factor", "recovery", "recovery-used", "enrolment", "recovery-codes", "consent"]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def provider(sent: list[dict[str, str]]) -> Starlette:
    """Shows each sample page in turn, whatever is posted, and then leaves for the app."""

    async def here(request: Request) -> Response:
        if request.method == "POST":
            sent.append({name: str(value) for name, value in (await request.form()).items()})
        position = len(sent)
        if position == len(ORDER):
            return RedirectResponse("http://127.0.0.1:1/cb?code=c", 303)
        return HTMLResponse(render(VIEWS[ORDER[position]]))

    async def skip(request: Request) -> Response:
        sent.append({})
        return RedirectResponse("/here", 303)

    return Starlette(routes=[Route("/here", here, methods=["GET", "POST"]), Route("/recovery", skip)])


async def test_every_step_is_answered_until_the_app_is_reached() -> None:
    """The fields are those that others may build on."""
    sent: list[dict[str, str]] = []
    alice = Person(username="alice", password="pw", clock=lambda: NOW, use_recovery_code=True)
    alice.recovery_codes = ["aaaa-bbbb-cccc-dddd"]
    async with Browser(transport=httpx2.ASGITransport(provider(sent))) as browser:
        page = await alice.sign_in(await browser.open("http://localhost:8000/here"))
    assert page.at_app
    assert alice.steps == ORDER
    named = [{name: value for name, value in each.items() if name != "csrf"} for each in sent]
    assert named == [
        {"username": "alice", "password": "pw"},
        {},
        {"recovery_code": "aaaa-bbbb-cccc-dddd"},
        {"answer": "continue"},
        {"code": pyotp.TOTP(SECRET).at(int(NOW.timestamp()))},
        {"saved": named[5]["saved"]},
        {"answer": "allow"},
    ]
    assert alice.secret == SECRET
    assert len(alice.recovery_codes) == 10


def test_an_app_code_is_given_once() -> None:
    """RFC 6238 5.2: the verifier must not accept the second attempt of the OTP."""
    now = [NOW]
    bob = Person(username="bob", password="pw", clock=lambda: now[0], secret=SECRET)
    first, second = bob.app_code(), bob.app_code()
    assert first == pyotp.TOTP(SECRET).at(int(NOW.timestamp()))
    assert second == pyotp.TOTP(SECRET).at(int(NOW.timestamp()) + 30)
    with pytest.raises(AssertionError, match="move the clock"):
        bob.app_code()
    now[0] += timedelta(seconds=60)
    assert bob.app_code() == pyotp.TOTP(SECRET).at(int(NOW.timestamp()) + 60)


async def test_the_step_asked_for_is_left_unanswered() -> None:
    """So that a test can answer it wrongly."""
    alice = Person(username="alice", password="pw", clock=lambda: NOW)
    async with Browser(transport=httpx2.ASGITransport(provider([]))) as browser:
        page = await alice.sign_in(await browser.open("http://localhost:8000/here"), until="second-factor")
    assert page.step == "second-factor"
    assert alice.steps == ["password"]


async def test_a_form_is_never_chosen_by_accident() -> None:
    """With several forms on the page something must be named."""
    async with Browser(transport=httpx2.ASGITransport(provider([]))) as browser:
        page = await browser.open("http://localhost:8000/here")
        with pytest.raises(AssertionError, match="no form with"):
            await page.submit()
