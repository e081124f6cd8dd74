"""response_mode=form_post in Chromium: the form posts itself, or its button does; nothing stands in its way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest
from playwright.async_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from idp.usecases.clients import Metadata
from tests.browser.looking import faults_in_every_look
from tests.browser.profiles import Profiles
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.relying_party import base_url_of
from tests.drivers.scenes import password_is_enough
from tests.drivers.server import bound_sockets, serving

pytestmark = pytest.mark.browser

STATE = "\"><script>document.title = 'taken over'</script> ä+%0A"


@dataclass(slots=True)
class Receiver:
    """An app on another site that redirects on to a third one, and what was posted to it."""

    url: str = ""
    posted: list[tuple[Mapping[str, str], str, str]] = field(default_factory=list)
    """Members, query and media type."""

    async def callback(self, request: Request) -> Response:
        """The redirect URI."""
        members = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        self.posted.append((members, request.url.query, request.headers["content-type"]))
        return RedirectResponse(f"http://localhost:{request.url.port}/landed", 303)

    async def deaf(self, _: Request) -> Response:
        """A redirect URI that gives the browser no other page: ours stays."""
        return Response(status_code=204)

    async def landed(self, _: Request) -> Response:
        """Where the person ends, and begins."""
        return HTMLResponse("<!doctype html><title>App</title><link rel=icon href=data:,><main data-step=app></main>")


@pytest.fixture
async def receiver(profiles: Profiles) -> AsyncIterator[Receiver]:
    """Served on 127.0.0.1."""
    sockets, made = bound_sockets(), Receiver(url="")
    made.url = base_url_of(sockets)
    routes = [
        Route("/callback", made.callback, methods=["POST"]),
        Route("/deaf", made.deaf, methods=["POST"]),
        Route("/landed", made.landed),
    ]
    async with serving(Starlette(routes=routes), sockets):
        yield made
        await profiles.close()
    for each in sockets:
        each.close()


async def app_at(provider: Provider, redirect_uri: str) -> AuthlibClient:
    """An app that asks for no consent."""
    said = Metadata(name="Notes", first_party=True, redirect_uris=(redirect_uri,))
    return await provider.app("notes", metadata=said)


async def type_password(page: Page, person: Person) -> None:
    """The last step of the sign-in, without waiting for where it leads."""
    await page.fill("#username", person.username)
    await page.fill("#current-password", person.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def leave(page: Page, *, scripts: bool) -> None:
    """The form posts itself, and waits for a person where it cannot."""
    if not scripts:
        assert await page.locator("main").get_attribute("data-step") == "returning"
        await page.get_by_role("button", name="Continue to Notes").click()
    await page.wait_for_url("**/landed")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_the_answer_arrives_whole(
    profiles: Profiles, provider: Provider, receiver: Receiver, *, scripts: bool
) -> None:
    """Form Post 2: at the end of a sign-in and straight away; the app may redirect on, and nothing is in its query."""
    await password_is_enough(provider)
    notes, alice = await app_at(provider, f"{receiver.url}/callback"), await provider.person()
    page = await (await profiles.new(java_script_enabled=scripts)).new_page()
    sent = {"response_mode": "form_post", "state": STATE}
    await page.goto(await notes.authorization_url(**sent))
    await type_password(page, alice)
    await leave(page, scripts=scripts)
    await page.goto(await notes.authorization_url(**sent, prompt="none"))
    await leave(page, scripts=scripts)
    assert len(receiver.posted) == 2
    for members, query, media_type in receiver.posted:
        assert set(members) == {"code", "state", "iss"}
        assert members["state"] == STATE
        assert (query, media_type) == ("", "application/x-www-form-urlencoded")
    assert await page.title() == "App"


async def test_back_skips_the_form(page: Page, provider: Provider, receiver: Receiver) -> None:
    """It posts itself before the page counts as visited, so that Back leads to where the person came from."""
    await password_is_enough(provider)
    notes, alice = await app_at(provider, f"{receiver.url}/callback"), await provider.person()
    await page.goto(await notes.authorization_url(response_mode="form_post"))
    await type_password(page, alice)
    await leave(page, scripts=True)
    await page.goto(f"{receiver.url}/landed?from")
    await page.goto(await notes.authorization_url(response_mode="form_post"))
    await page.wait_for_url("**/landed")
    await page.go_back()
    assert page.url == f"{receiver.url}/landed?from"
    assert len(receiver.posted) == 2


async def test_a_second_tab_goes_on_by_itself(page: Page, provider: Provider, receiver: Receiver) -> None:
    """As after any other sign-in: it was waiting at the password, and lands at its app."""
    await password_is_enough(provider)
    notes, alice = await app_at(provider, f"{receiver.url}/callback"), await provider.person()
    other = await page.context.new_page()
    for each in (other, page):
        await each.goto(await notes.authorization_url(response_mode="form_post"))
    await type_password(page, alice)
    await page.wait_for_url("**/landed")
    await other.wait_for_url("**/landed")
    assert len(receiver.posted) == 2


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_it_can_be_read_while_it_is_there(
    profiles: Profiles, provider: Provider, receiver: Receiver, *, scripts: bool
) -> None:
    """axe, 320 px, both schemes; a slow app leaves the page on show for a while."""
    await password_is_enough(provider)
    notes, alice = await app_at(provider, f"{receiver.url}/deaf"), await provider.person()
    page = await (await profiles.new(java_script_enabled=scripts)).new_page()
    await page.goto(await notes.authorization_url(response_mode="form_post", state=STATE))
    await type_password(page, alice)
    button = page.get_by_role("button", name="Continue to Notes")
    assert await button.is_visible()
    if scripts:
        assert await faults_in_every_look(page, "form_post") == []
        assert "taken over" not in await page.title()
