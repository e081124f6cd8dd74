"""Front-Channel Logout 1.0: the page after a sign-out frames the apps of that session, and only that page may."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

import pytest

from idp.usecases import browser_sessions
from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.clients.tokens import Tokens
from tests.drivers.browser_http import Browser
from tests.drivers.outbox import say
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import password_is_enough, sign_in

BACK = "https://app.example.org/signed-out"
WIKI, CHAT = "https://app.example.org/out", "https://chat.example.org:8443/out?tenant=1&x="
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
FRAME = re.compile(r'<iframe src="([^"]*)" sandbox="allow-scripts allow-same-origin allow-forms"></iframe>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """alice is signed in to wiki, chat and shop; shop has no address for sign-outs, bank was not signed in to."""

    provider: Provider
    browser: Browser
    wiki: AuthlibClient
    alice: Person
    tokens: Tokens

    @property
    def hint(self) -> dict[str, str]:
        return {"id_token_hint": str(self.tokens.response["id_token"])}

    async def logout(self, **parameters: str) -> Page:
        url = f"{self.provider.issuer.url('/logout')}?{urlencode(parameters)}"
        return await self.browser.follow(url, source="https://app.example.org/")

    def frames(self) -> list[str]:
        """What is to be framed, in order."""
        added = urlencode({"iss": self.provider.issuer, "sid": self.tokens.claims["sid"]})
        return [f"{WIKI}?{added}", f"{CHAT}&{added}"]


@pytest.fixture
async def scene(provider: Provider, browser: Browser) -> Scene:
    await password_is_enough(provider)
    metadata = Metadata(first_party=True, post_logout_redirect_uris=(BACK,))
    wiki, *others = [await provider.app(name, metadata=metadata) for name in ("wiki", "chat", "shop", "bank")]
    for name, uri in (("wiki", WIKI), ("chat", CHAT), ("bank", "https://bank.example.org/out")):
        await say(provider.services, name, frontchannel_logout_uri=uri)
    alice = await provider.person()
    tokens = await wiki.exchange((await sign_in(wiki, alice, browser)).url)
    for other in others[:2]:
        await browser.open(await other.authorization_url())
    return Scene(provider=provider, browser=browser, wiki=wiki, alice=alice, tokens=tokens)


def framed(page: Page) -> list[str]:
    assert page.html.count("<iframe") == len(FRAME.findall(page.html))
    return [unescape(uri) for uri in FRAME.findall(page.html)]


def may_frame(page: Page) -> bool:
    origins = "https://app.example.org https://chat.example.org:8443"
    return page.headers["content-security-policy"] == f"{POLICY}; frame-src {origins}"


async def test_the_apps_of_the_session_are_framed_and_then_the_app_is_next(scene: Scene) -> None:
    """O-60: iss and sid and nothing else added; the policy names their origins; then the redirect, state verbatim."""
    page = await scene.logout(**scene.hint, post_logout_redirect_uri=BACK, state="s 1/ü")
    assert page.url == f"{BACK}?state=s%201%2F%C3%BC"
    (passed,) = page.trail
    assert (passed.step, passed.status) == ("returning", 200)
    assert framed(passed) == scene.frames()
    assert may_frame(passed)
    assert passed.headers["referrer-policy"] == "same-origin"
    assert passed.has("Continue to wiki")
    assert "other apps are being told" in passed.text
    assert "session" not in scene.browser.cookies


async def test_without_a_redirect_they_stand_on_our_own_page(scene: Scene) -> None:
    page = await scene.logout(**scene.hint)
    assert page.step == "signed-out"
    assert framed(page) == scene.frames()
    assert may_frame(page)
    again = await page.reload()
    assert (again.step, framed(again)) == ("signed-out", [])
    assert again.headers["content-security-policy"] == POLICY


async def test_after_the_persons_own_word_too(scene: Scene) -> None:
    """The answer to a POST frames them and goes on to a page that can be refreshed."""
    page = await (await scene.logout(client_id="wiki")).submit(button="Sign out")
    assert (page.step, page.method, framed(page)) == ("signed-out", "GET", [])
    assert page.params == {"client_id": "wiki"}
    (passed,) = page.trail
    assert (passed.step, passed.method, framed(passed)) == ("signed-out", "POST", scene.frames())
    assert may_frame(passed)


async def test_asked_first_then_framed_then_back(scene: Scene) -> None:
    asked = await scene.logout(client_id="wiki", post_logout_redirect_uri=BACK)
    assert framed(asked) == []
    page = await asked.submit(button="Sign out")
    assert page.url == BACK
    assert framed(page.trail[-1]) == scene.frames()


async def test_apps_of_before_an_idle_hour_are_framed_with_the_session_they_know(scene: Scene) -> None:
    """The session that followed takes the earlier one along."""
    scene.provider.clock.advance(hours=2)
    tokens = await scene.wiki.exchange((await sign_in(scene.wiki, scene.alice, scene.browser)).url)
    later = urlencode({"iss": scene.provider.issuer, "sid": tokens.claims["sid"]})
    page = await scene.logout(id_token_hint=str(tokens.response["id_token"]))
    assert framed(page) == [f"{WIKI}?{later}", *scene.frames()]  # the newest session first: there is room for 30


async def test_an_app_that_is_disabled_is_not_framed(scene: Scene) -> None:
    await scene.provider.services.database.execute("UPDATE clients SET status = 'disabled' WHERE client_id = 'chat'")
    page = await scene.logout(**scene.hint)
    assert framed(page) == scene.frames()[:1]


async def test_where_there_is_no_session_nothing_is_framed(scene: Scene) -> None:
    """Whoever only knows a hint learns of no app; and an ended session leads straight back to the app."""
    async with scene.provider.unit() as unit:
        await browser_sessions.end(unit, str(scene.tokens.claims["sid"]))
    page = await scene.logout(**scene.hint, post_logout_redirect_uri=BACK)
    assert page.url == BACK
    assert page.trail[-1].status == 303
