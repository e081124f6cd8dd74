"""Round-trip budgets of /authorize and the pages, counted in statements on a warm server (docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person, asked_of_key, set_up_key
from tests.drivers.provider import Provider
from tests.drivers.scenes import Counter, enrolled, password_is_enough, sign_in
from tests.drivers.soft_key import SoftKey

GET, POST = 2, 4


@pytest.fixture
async def warm(provider: Provider, browser: Browser) -> AuthlibClient:
    """Configuration, client and pool at hand, as in a server that has run for a while."""
    wiki = await provider.app()
    await browser.open(await wiki.authorization_url(prompt="none"))
    return wiki


async def get(provider: Provider, page: Page) -> int:
    """Statements of one more GET of the page, redirects not followed."""
    with Counter(provider=provider) as sent:
        answer = await page.browser.client.get(page.url, headers={"Sec-Fetch-Site": "none"})
    assert answer.status_code == 200
    return sent.statements


async def post(provider: Provider, page: Page, **fields: str) -> int:
    """Statements of its form alone: the answer is not followed."""
    form = {"csrf": page.fields["csrf"].value, **fields}
    with Counter(provider=provider) as sent:
        answer = await page.browser.client.post(page.url, data=form)
    assert answer.status_code in {200, 303}, answer.text
    return sent.statements


async def test_a_silent_request(provider: Provider, browser: Browser, warm: AuthlibClient) -> None:
    """Session, client and policy facts in one query; one insert, its security event with it."""
    alice = await provider.person()
    await sign_in(warm, alice, browser)
    for minutes in (0, 5):  # the later one also writes when the session was last seen
        provider.clock.advance(minutes=minutes)
        for parameters in ({"prompt": "none"}, {}):
            url = await warm.authorization_url(**parameters)
            with Counter(provider=provider) as sent:
                page = await browser.open(url)
            assert "code" in page.params
            assert sent.statements == 2


async def test_a_request_that_begins_a_sign_in(provider: Provider, browser: Browser, warm: AuthlibClient) -> None:
    """Nobody signed in: one insert; the redirect to the first page looks once."""
    url = await warm.authorization_url()
    with Counter(provider=provider) as sent:
        answer = await browser.client.get(url)
    assert answer.status_code == 303
    assert sent.statements == 1


async def test_a_silent_request_without_a_session_asks_nothing(
    provider: Provider, browser: Browser, warm: AuthlibClient
) -> None:
    """login_required costs no round trip."""
    url = await warm.authorization_url(prompt="none")
    with Counter(provider=provider) as sent:
        await browser.open(url)
    assert sent.statements == 0


async def test_the_pages_of_a_first_sign_in(provider: Provider, browser: Browser, warm: AuthlibClient) -> None:
    """Each GET at most 2, each POST at most 4; the secret and the codes are made within it."""
    chat = await provider.app("chat", metadata=Metadata())
    alice = await provider.person()
    page = await browser.open(await chat.authorization_url())
    steps: dict[str, Callable[[], dict[str, str]]] = {
        "password": lambda: {"username": "alice", "password": alice.password},
        "enrolment": lambda: {"code": _code(alice, page)},
        "recovery-codes": lambda: {"saved": "yes"},
        "consent": lambda: {"answer": "allow"},
    }
    for step, fields in steps.items():
        assert page.step == step
        assert await get(provider, page) <= GET
        assert await post(provider, page, **fields()) <= POST
        page = await browser.open(page.url.replace(f"/{step}", ""))
    assert page.at_app


def _code(alice: Person, page: Page) -> str:
    alice.secret = set_up_key(page)
    return alice.app_code()


async def test_a_full_sign_in(provider: Provider, browser: Browser, warm: AuthlibClient) -> None:
    """Password: look, reserve, settle; app code: look, reserve, settle, and the completion."""
    alice = await enrolled(provider, warm)
    page = await browser.open(await warm.authorization_url())
    assert await get(provider, page) == 1
    assert await post(provider, page, username="alice", password=alice.password) == 3
    page = await page.reload()
    assert page.step == "second-factor"
    assert await get(provider, page) == 1
    assert await post(provider, page, code="000000") == 3
    assert await post(provider, page, code=alice.app_code()) == POST


async def test_a_password_that_is_enough(provider: Provider, browser: Browser, warm: AuthlibClient) -> None:
    """Look, reserve, settle, completion."""
    await password_is_enough(provider)
    alice = await provider.person()
    await warm_up(browser, warm)
    page = await browser.open(await warm.authorization_url())
    assert await post(provider, page, username="alice", password="wrong") == 3
    assert await post(provider, page, username="alice", password=alice.password) == POST


async def warm_up(browser: Browser, wiki: AuthlibClient) -> None:
    """Read configuration again after a change of it."""
    await browser.open(await wiki.authorization_url(prompt="none"))


async def test_recovery(provider: Provider, browser: Browser, warm: AuthlibClient) -> None:
    """A recovery code, and going on to the app."""
    alice = await enrolled(provider, warm)
    page = await alice.sign_in(await browser.open(await warm.authorization_url()), until="second-factor")
    page = await page.click("Use a recovery code")
    assert await get(provider, page) == 1
    assert await post(provider, page, recovery_code=alice.recovery_codes.pop()) <= POST
    page = await page.reload()
    assert page.step == "recovery-used"
    assert await get(provider, page) == 1
    assert await post(provider, page, answer="continue") <= POST


async def test_setting_a_key_up(provider: Provider, browser: Browser, warm: AuthlibClient) -> None:
    """Its page names the keys that there are; registering one looks before and after."""
    alice = await provider.person()
    alice.key = SoftKey(origin=provider.issuer.origin)
    page = await alice.sign_in(await browser.open(await warm.authorization_url()), until="enrolment")
    page = await page.click("Use a security key or passkey instead")
    assert await get(provider, page) == GET
    assert await post(provider, page, credential="{}") <= POST
    page = await page.reload()
    assert await post(provider, page, credential=alice.key.create(asked_of_key(page))) <= POST


async def test_leaving_and_choosing(provider: Provider, browser: Browser, warm: AuthlibClient) -> None:
    """Select account and cancel."""
    alice = await provider.person()
    await sign_in(warm, alice, browser)
    page = await browser.open(await warm.authorization_url(prompt="select_account"))
    assert await get(provider, page) == 1
    assert await post(provider, page, answer="same") <= POST
    page = await browser.open(await warm.authorization_url(prompt="login"))
    with Counter(provider=provider) as sent:
        await page.submit(button="Cancel and return to wiki")
    assert sent.statements <= POST


async def test_a_new_password(provider: Provider, browser: Browser, warm: AuthlibClient) -> None:
    """Set and on."""
    alice = await provider.person(own=False)
    page = await alice.sign_in(await browser.open(await warm.authorization_url()), until="new-password")
    assert await get(provider, page) == 1
    assert await post(provider, page, new_password="short") <= POST
    sent = await post(provider, page, new_password="a quiet row of herons")
    assert sent <= 7  # BEGIN, the change, what rests on the old one, COMMIT: rare, and never half
