"""The portal says how long it may be left alone; a session about to end can be kept without leaving the page."""

from __future__ import annotations

from tests.drivers.browser_http import Browser
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import Counter, configure

WORDS = "You are signed out here after 1 hour without use."


async def opened(provider: Provider, browser: Browser) -> Person:
    alice = await provider.person()
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account/sessions")))
    assert page.step == "sessions"
    return alice


async def test_the_limit_is_said_on_every_page(provider: Provider, browser: Browser) -> None:
    """In words, and to the script as seconds until two minutes before, at worst a minute early."""
    await opened(provider, browser)
    for path in ("", "/password", "/two-factor", "/sessions", "/apps", "/activity"):
        page = await browser.open(provider.issuer.url(f"/account{path}"))
        assert WORDS in page.text, path
        assert f'data-seconds="{57 * 60}"' in page.html, path


async def test_near_the_end_that_no_use_puts_off_nothing_is_promised(provider: Provider, browser: Browser) -> None:
    alice = await opened(provider, browser)
    for _ in range(23):
        provider.clock.advance(minutes=59)
        page = await browser.open(provider.issuer.url("/account/sessions"))
    provider.clock.advance(minutes=30)
    page = await browser.open(provider.issuer.url("/account/sessions"))
    assert page.step == "sessions", alice.steps
    assert "data-seconds" not in page.html


async def test_a_limit_shorter_than_the_warning_is_only_said(provider: Provider, browser: Browser) -> None:
    await configure(provider, "session_idle_seconds", 120)
    await opened(provider, browser)
    assert "after 2 minutes without use" in browser.page.text
    assert "data-seconds" not in browser.page.html


async def test_staying_is_a_use_of_the_session(provider: Provider, browser: Browser) -> None:
    await opened(provider, browser)
    picture = browser.tab()
    for _ in range(3):
        provider.clock.advance(minutes=58)
        with Counter(provider=provider) as sent:
            answer = await picture.open(provider.issuer.url("/account/stay?1"))
        assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")
        assert answer.headers["cache-control"] == "no-store"
        assert sent.statements == 1
    assert (await browser.page.reload()).step == "sessions"
    provider.clock.advance(minutes=61)
    assert (await picture.open(provider.issuer.url("/account/stay?2"))).step == "password"
