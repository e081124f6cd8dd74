"""Front-channel logout in Chromium: the frames are loaded before the page goes on, and no other frame may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

import pytest
from playwright.async_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from idp.usecases.clients import Metadata
from tests.browser.apps import Apps
from tests.browser.looking import faults_in_every_look
from tests.browser.profiles import Profiles
from tests.browser.visitor import Mouse
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.outbox import say
from tests.drivers.provider import Provider
from tests.drivers.relying_party import base_url_of
from tests.drivers.scenes import password_is_enough
from tests.drivers.server import bound_sockets, serving

pytestmark = pytest.mark.browser

HTML = "<!doctype html><title>App</title><link rel=icon href=data:,><main data-step=app>Here.</main>"
SLOW_SECONDS = 0.5
BLOCKED = "frame-src"
ADD_FRAME = """url => new Promise(done => {
    addEventListener("securitypolicyviolation", event => done(event.effectiveDirective), { once: true });
    const frame = document.createElement("iframe");
    frame.addEventListener("load", () => setTimeout(() => done("loaded"), 100));
    frame.src = url;
    document.querySelector("main").append(frame);
})"""


@dataclass(slots=True, kw_only=True)
class App:
    """An app on an origin of its own: what was asked of it, in order, and whether its frame comes at all."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    told: list[dict[str, list[str]]] = field(default_factory=list)
    frame_comes: asyncio.Event = field(default_factory=asyncio.Event)

    def routes(self) -> list[Route]:
        """`/callback`, `/signed-out` and the frame `/out`."""
        return [
            Route("/callback", self.shown),
            Route("/signed-out", self.shown),
            Route("/out", self.frame),
        ]

    async def shown(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return HTMLResponse(HTML)

    async def frame(self, request: Request) -> Response:
        self.told.append(parse_qs(request.url.query, keep_blank_values=True))
        await self.frame_comes.wait()
        await asyncio.sleep(SLOW_SECONDS)
        self.asked.append(request.url.path)
        return HTMLResponse("<!doctype html><title>Signed out</title>")


@asynccontextmanager
async def served(app: App) -> AsyncIterator[App]:
    sockets = bound_sockets()
    app.url = base_url_of(sockets)
    async with serving(Starlette(routes=list(app.routes())), sockets):
        yield app
        app.frame_comes.set()
    for each in sockets:
        each.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """wiki and chat on one origin each; a third origin that no client has."""

    provider: Provider
    profiles: Profiles
    wiki: App
    chat: App
    stranger: App
    client: AuthlibClient
    other: AuthlibClient

    async def signed_in(self, *, scripts: bool) -> tuple[Page, dict[str, str]]:
        """alice, in both apps; the parameters of wiki's link."""
        page = await (await self.profiles.new(java_script_enabled=scripts)).new_page()
        alice = Mouse(page=page, person=await self.provider.person())
        await page.goto(await self.client.authorization_url())
        await alice.sign_in()
        tokens = await self.client.exchange(page.url)
        await page.goto(await self.other.authorization_url())
        hint = {"id_token_hint": str(tokens.response["id_token"]), "sid": str(tokens.claims["sid"])}
        self.wiki.asked.clear()
        return page, hint

    def logout(self, hint: dict[str, str], **parameters: str) -> str:
        """The link that wiki leads to."""
        query = urlencode({"id_token_hint": hint["id_token_hint"], **parameters})
        return f"{self.provider.issuer}/logout?{query}"

    def told(self, hint: dict[str, str]) -> dict[str, list[str]]:
        """What each app's frame is asked with."""
        return {"iss": [str(self.provider.issuer)], "sid": [hint["sid"]]}


@pytest.fixture
async def scene(profiles: Profiles, provider: Provider) -> AsyncIterator[Scene]:
    await password_is_enough(provider)
    async with AsyncExitStack() as stack:
        wiki, chat, stranger = [await stack.enter_async_context(served(App())) for _ in range(3)]
        clients = []
        for name, app in (("wiki", wiki), ("chat", chat)):
            metadata = Metadata(
                name=name.title(),
                first_party=True,
                redirect_uris=(f"{app.url}/callback",),
                post_logout_redirect_uris=(f"{app.url}/signed-out",),
            )
            clients.append(await provider.app(name, metadata=metadata))
            await say(provider.services, name, frontchannel_logout_uri=f"{app.url}/out")
        yield Scene(
            provider=provider,
            profiles=profiles,
            wiki=wiki,
            chat=chat,
            stranger=stranger,
            client=clients[0],
            other=clients[1],
        )
        await profiles.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_both_apps_are_told_before_the_browser_goes_on(scene: Scene, *, scripts: bool) -> None:
    """O-60: slow as they are; each with iss and sid and nothing else."""
    scene.wiki.frame_comes.set()
    scene.chat.frame_comes.set()
    page, hint = await scene.signed_in(scripts=scripts)
    back = f"{scene.wiki.url}/signed-out"
    await page.goto(scene.logout(hint, post_logout_redirect_uri=back, state="s&1"))
    await page.wait_for_url(f"{back}?state=s%261")
    assert scene.wiki.told == scene.chat.told == [scene.told(hint)]
    assert scene.wiki.asked == ["/out", "/signed-out"]
    assert scene.chat.asked == ["/callback", "/out"]


async def test_an_app_that_hangs_is_not_waited_for_for_long(scene: Scene) -> None:
    """The script goes on after some seconds."""
    scene.wiki.frame_comes.set()
    page, hint = await scene.signed_in(scripts=True)
    back = f"{scene.wiki.url}/signed-out"
    await page.goto(scene.logout(hint, post_logout_redirect_uri=back), wait_until="commit")
    await page.wait_for_url(back)
    assert scene.chat.told == [scene.told(hint)]
    assert scene.chat.asked == ["/callback"]


async def test_without_scripts_the_link_is_there_at_once(scene: Scene) -> None:
    """However long an app hangs."""
    page, hint = await scene.signed_in(scripts=False)
    back = f"{scene.wiki.url}/signed-out"
    await page.goto(scene.logout(hint, post_logout_redirect_uri=back), wait_until="commit")
    await page.get_by_role("link", name="Continue to Wiki").click()
    await page.wait_for_url(back)


async def test_no_other_origin_may_be_framed(scene: Scene) -> None:
    """The policy of that page names the origins of its frames and no other; the page is as good as all others."""
    scene.wiki.frame_comes.set()
    scene.chat.frame_comes.set()
    scene.profiles.expected.append(BLOCKED)
    page, hint = await scene.signed_in(scripts=True)
    await page.goto(scene.logout(hint))
    assert await page.locator("main").get_attribute("data-step") == "signed-out"
    assert await page.locator("iframe").count() == 2
    assert await page.locator("iframe:visible").count() == 0
    assert await faults_in_every_look(page, "signed-out") == []
    assert await page.evaluate(ADD_FRAME, f"{scene.chat.url}/out") == "loaded"
    assert await page.evaluate(ADD_FRAME, f"{scene.stranger.url}/out") == "frame-src"
    assert scene.stranger.told == []


async def test_signing_out_of_one_demo_app_signs_out_of_the_other(page: Page, provider: Provider, apps: Apps) -> None:
    """Whoever finds its visitors by `sid` needs no cookie in a frame of another site."""
    for name, app in (("wiki", apps.wiki), ("chat", apps.chat)):
        await say(provider.services, name, frontchannel_logout_uri=f"{app.url}/front-channel-logout")
    alice = Mouse(page=page, person=await provider.person())
    for app in (apps.chat, apps.wiki):
        await alice.open_app(app)
        await alice.sign_in()
    await alice.press('button:text-is("Sign out")')
    assert await alice.step() == "demo-signed-out"
    await page.goto(apps.chat.url)
    assert await alice.step() == "demo-app"


async def test_after_the_persons_own_word_the_page_can_be_refreshed(scene: Scene) -> None:
    """The answer to the POST frames the apps and goes on by itself to an address that is got."""
    scene.wiki.frame_comes.set()
    scene.chat.frame_comes.set()
    page, hint = await scene.signed_in(scripts=True)
    await page.goto(f"{scene.provider.issuer}/logout?client_id=wiki")
    await page.locator('button:text-is("Sign out")').click()
    await page.wait_for_url(f"{scene.provider.issuer}/logout?client_id=wiki")
    await page.locator("main[data-step=signed-out]").wait_for()
    assert scene.wiki.told == scene.chat.told == [scene.told(hint)]
    await page.reload()
    assert await page.locator("main").get_attribute("data-step") == "signed-out"
