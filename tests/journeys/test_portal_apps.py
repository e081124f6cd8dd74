"""Connected apps and Activity in the portal: what was let in and what happened, to this person alone."""

from __future__ import annotations

import re

import pytest

from idp.audit.catalogue import KINDS
from idp.usecases.clients import Metadata
from idp.words import activity
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.outbox import say
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import GRANTS, Counter, events, password_is_enough, sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CONSENTS = "SELECT client_id FROM consents"


@pytest.fixture
async def chat(provider: Provider) -> AuthlibClient:
    """An app that asks for consent."""
    await password_is_enough(provider)
    return await provider.app("chat", metadata=Metadata(name="Chat"))


async def opened(provider: Provider, person: Person, browser: Browser, path: str) -> Page:
    page = await person.sign_in(await browser.open(provider.issuer.url(f"/account/{path}")))
    assert page.url.endswith(f"/account/{path}")
    provider.clock.advance(minutes=1)
    return page


async def test_what_each_app_may_see(provider: Provider, browser: Browser, chat: AuthlibClient) -> None:
    alice = await provider.person()
    page = await opened(provider, alice, browser, "apps")
    assert "No app is connected." in page.text
    await sign_in(chat, alice, browser)
    page = await page.reload()
    assert "Chat" in page.text
    assert "Your name" in page.text
    assert "Your email" in page.text


async def test_each_app_is_known_by_its_logo_and_can_be_opened(
    provider: Provider, browser: Browser, chat: AuthlibClient
) -> None:
    """From our own origin, like everywhere; since when, and when it was last signed in to."""
    await say(provider.services, "chat", logo_uri="https://chat.example.org/logo.png")
    alice = await provider.person()
    await sign_in(chat, alice, browser)
    page = await opened(provider, alice, browser, "apps")
    assert '<img class="tile" src="/logo/chat?v=' in page.html
    assert page.link("Open Chat").href == "https://app.example.org"
    assert "Connected today at" in page.text
    assert "last sign-in today at" in page.text


async def test_disconnect(provider: Provider, browser: Browser, chat: AuthlibClient) -> None:
    """The consent is withdrawn and every grant has ended; the app asks again next time."""
    alice = await provider.person()
    await sign_in(chat, alice, browser)
    tokens = await chat.exchange((await browser.open(await chat.authorization_url())).url)
    page = await opened(provider, alice, browser, "apps")
    page = await page.submit(button="Disconnect", client="chat")
    assert "No app is connected." in page.text
    assert await provider.services.database.fetch(CONSENTS) == []
    assert all(each["revoked_at"] for each in await provider.services.database.fetch(GRANTS))
    async with Browser() as api:
        answer = await api.client.get(
            provider.issuer.url("/userinfo"), headers={"Authorization": f"Bearer {tokens.access_token}"}
        )
    assert answer.status_code == 401
    (event,) = await events(provider, "app_disconnected")
    assert event["client_id"] == "chat"
    assert (await browser.open(await chat.authorization_url())).step == "consent"


async def test_only_my_own_apps(provider: Provider, browser: Browser, chat: AuthlibClient) -> None:
    """Nor does it tell whether an app exists."""
    bob, alice = await provider.person("bob"), await provider.person()
    async with Browser() as elsewhere:
        await sign_in(chat, bob, elsewhere)
    wiki = await provider.app("wiki", metadata=Metadata(first_party=True))
    await sign_in(wiki, alice, browser)
    page = await opened(provider, alice, browser, "apps")
    assert "Chat" not in page.text
    for strange in ("chat", "nobody", "", "\x01"):
        assert (await page.submit(button="Disconnect", client=strange)).step == "connected-apps"
    assert len(await provider.services.database.fetch(CONSENTS)) == 1
    assert await events(provider, "app_disconnected") == []


async def test_what_happened_in_sentences(provider: Provider, browser: Browser, chat: AuthlibClient) -> None:
    """Newest first, with browser and address; nobody else's."""
    alice, bob = await provider.person(), await provider.person("bob")
    async with Browser(user_agent=FIREFOX) as elsewhere:
        page = await elsewhere.open(await chat.authorization_url())
        await page.submit(username="alice", password="not this one at all")
        await page.submit(username="bob", password="nor this one at all")
        await sign_in(chat, bob, elsewhere)
    provider.clock.advance(minutes=1)
    await sign_in(chat, alice, browser)
    page = await opened(provider, alice, browser, "activity")
    newest = page.text.index("Signed in to Chat")
    wrong = page.text.index("Wrong password")
    assert newest < wrong
    assert "Firefox on Windows · 127.0.0.1" in page.text[wrong:]
    assert page.text.count("Wrong password, or a try while it was paused today") == 1
    assert page.text.count("Signed in to Chat today") == 1


async def test_where_somebody_else_acted_from_is_not_told(
    provider: Provider, browser: Browser, chat: AuthlibClient
) -> None:
    """Bob took over a browser that Alice had left open; neither his address nor his browser is hers to know."""
    alice, bob = await provider.person(), await provider.person("bob")
    async with Browser(user_agent=FIREFOX) as elsewhere:
        await sign_in(chat, alice, elsewhere)
        provider.clock.advance(minutes=1)
        await sign_in(chat, bob, elsewhere, prompt="login")
    page = await opened(provider, alice, browser, "activity")
    assert re.search(r"because somebody else signed in there today at \d\d:\d\d UTC (?!·)", page.text)


@pytest.mark.parametrize("kind", activity.KINDS)
def test_every_sentence_is_of_an_event_that_exists(kind: str) -> None:
    assert kind in KINDS
    told = activity.sentence(kind, {}, "Wiki")
    assert told[0].isupper()
    assert "{" not in told


async def test_what_the_pages_cost(provider: Provider, browser: Browser, chat: AuthlibClient) -> None:
    await sign_in(chat, await provider.person(), browser)
    for path in ("apps", "activity"):
        await browser.open(provider.issuer.url(f"/account/{path}"))
        with Counter(provider=provider) as sent:
            await browser.open(provider.issuer.url(f"/account/{path}"))
        assert sent.statements == 2, path
