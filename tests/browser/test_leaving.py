"""Leaving for the app after a POST: another origin, one that redirects on, a private scheme."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from idp.usecases.clients import Kind, Metadata
from tests.browser.apps import Apps
from tests.browser.profiles import Profiles
from tests.browser.visitor import Mouse
from tests.drivers.provider import Provider
from tests.drivers.relying_party import base_url_of
from tests.drivers.server import bound_sockets, serving

pytestmark = pytest.mark.browser

SCHEME = "org.example.notes"


async def _callback(request: Request) -> Response:
    """An app that sends people on to where they were, on a host of its own, without its query."""
    return RedirectResponse(f"http://localhost:{request.url.port}/landed?{request.url.query}", 303)


async def _landed(_: Request) -> Response:
    return HTMLResponse("<!doctype html><title>App</title><link rel=icon href=data:,><main data-step=app>Here.</main>")


@pytest.fixture
async def elsewhere(profiles: Profiles) -> AsyncIterator[str]:
    """An app on 127.0.0.1 whose callback redirects on to another origin."""
    sockets = bound_sockets()
    async with serving(Starlette(routes=[Route("/callback", _callback), Route("/landed", _landed)]), sockets):
        yield base_url_of(sockets)
        await profiles.close()
    for each in sockets:
        each.close()


async def at_consent(page: Page, provider: Provider, kind: Kind, redirect_uri: str) -> Mouse:
    """A third-party app's sign-in, up to its consent page."""
    app = await provider.app("notes", kind, metadata=Metadata(name="Notes", redirect_uris=(redirect_uri,)))
    alice = Mouse(page=page, person=await provider.person())
    await page.goto(await app.authorization_url())
    await alice.sign_in(until="consent")
    return alice


@pytest.mark.parametrize("where", ["landed", "callback"], ids=["another origin", "redirects on"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_to_another_origin(
    profiles: Profiles, provider: Provider, elsewhere: str, where: str, *, scripts: bool
) -> None:
    """Chromium checks `form-action` along the whole redirect chain: nothing may be refused, and state arrives."""
    page = await (await profiles.new(java_script_enabled=scripts)).new_page()
    alice = await at_consent(page, provider, "web", f"{elsewhere}/{where}")
    await alice.answer()
    assert await alice.step() == "app"
    assert {"code", "state", "iss"} <= parse_qs(urlsplit(page.url).query).keys()


async def test_an_answer_in_the_fragment(page: Page, provider: Provider, elsewhere: str) -> None:
    """The refresh takes it along whole, and no server on the way sees it."""
    app = await provider.app("notes", metadata=Metadata(name="Notes", redirect_uris=(f"{elsewhere}/landed",)))
    alice = Mouse(page=page, person=await provider.person())
    await page.goto(await app.authorization_url(response_mode="fragment", state="a b&c#d%;'"))
    await alice.sign_in()
    assert await alice.step() == "app"
    address = urlsplit(page.url)
    assert address.query == ""
    answer = parse_qs(address.fragment)
    assert answer.keys() == {"code", "state", "iss"}
    assert answer["state"] == ["a b&c#d%;'"]


async def test_denied_as_well(page: Page, provider: Provider, elsewhere: str) -> None:
    """«Do not allow» and Cancel leave the same way."""
    alice = await at_consent(page, provider, "web", f"{elsewhere}/callback")
    await alice.press('button[value="deny"]')
    assert parse_qs(urlsplit(page.url).query)["error"] == ["access_denied"]


async def test_to_a_private_scheme(page: Page, provider: Provider) -> None:
    """A native app: the browser hands the address to the system, which here knows no such app; the link stays."""
    await at_consent(page, provider, "native", f"{SCHEME}:/callback")
    async with page.expect_request(lambda request: request.url.startswith(f"{SCHEME}:/callback?")):
        await page.locator('button[value="allow"]').click()
    link = page.get_by_role("link", name="Continue to Notes")
    address = await link.get_attribute("href") or ""
    assert address.startswith(f"{SCHEME}:/callback?")
    assert "code=" in address


async def test_after_signing_out_too(page: Page, provider: Provider, apps: Apps) -> None:
    """Without a hint the page asks first, so that it is a POST that leads back to the app."""
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.chat)
    await alice.sign_in()
    back = f"{apps.chat.url}/signed-out"
    await page.goto(f"{provider.issuer}/logout?{urlencode({'client_id': 'chat', 'post_logout_redirect_uri': back})}")
    assert await alice.step() == "logout"
    await alice.press('button:text-is("Stay")')
    assert await alice.step() != "signed-out"
    await page.goto(f"{provider.issuer}/logout?{urlencode({'client_id': 'chat', 'post_logout_redirect_uri': back})}")
    await alice.press('button:text-is("Sign out")')
    assert page.url == back
