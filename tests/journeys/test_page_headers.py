"""What every page carries besides its words: headers, the frame around the form, and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from idp.usecases.clients import Metadata
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.provider import Provider

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


async def every_page(provider: Provider, browser: Browser) -> Sequence[Page]:
    """Each page of a long sign-in, the redirects between them, the returning page, sign-out and errors."""
    chat = await provider.app("chat", metadata=Metadata())
    alice = await provider.person(own=False)
    page = await browser.open(await chat.authorization_url())
    pages = [page]
    for _ in range(12):
        if page.at_app:
            break
        page = await alice.answer(page)
        pages.append(page)
    assert page.at_app
    provider.clock.advance(minutes=2)
    alice.use_recovery_code = True
    page = await browser.open(await chat.authorization_url(prompt="login select_account"))
    while not page.at_app:
        pages.append(page)
        page = await alice.answer(page)
    wrong = await browser.open(await chat.authorization_url(prompt="login"))
    pages += [page, wrong, await wrong.submit(username="alice", password="wrong"), await wrong.submit(csrf="x")]
    logout = await browser.open(provider.issuer.url("/logout"))
    pages += [logout, await logout.submit(button="Sign out")]
    pages += [await browser.open(provider.issuer.url(path)) for path in ("/authorize", "/nothing", "/logout/confirm")]
    provider.clock.advance(hours=3)
    pages.append(await wrong.reload())
    browser.forget_cookies()
    pages.append(await (await browser.open(await chat.authorization_url())).reload())
    return [each for page in pages for each in (*page.trail, page) if not each.at_app]


@pytest.fixture
async def pages(provider: Provider, browser: Browser) -> Sequence[Page]:
    """All of them, once for each test."""
    return await every_page(provider, browser)


async def test_all_of_it(pages: Sequence[Page]) -> None:
    """O-10, V3.4: the policy exact, nothing stored, nothing framed, one main and one h1; no script, no style."""
    steps = {page.step for page in pages if page.step}
    assert steps >= {
        "password",
        "new-password",
        "enrolment",
        "recovery-codes",
        "consent",
        "select-account",
        "second-factor",
        "recovery",
        "recovery-used",
        "returning",
        "logout",
        "signed-out",
        "error",
    }
    for page in pages:
        _has_the_headers(page)
        if page.step:
            _is_whole(page)


def _has_the_headers(page: Page) -> None:
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "cross-origin-opener-policy" not in page.headers
    assert "access-control-allow-origin" not in page.headers


def _is_whole(page: Page) -> None:
    html = page.html
    assert html.count("<main") == html.count("<h1") == html.count("<title>") == 1
    for inline in (" style=", " onclick", "<style", "javascript:"):
        assert inline not in html
    assert "<script src=" in html
    keys = '<script src="/static/keys.' in html  # where a security key or passkey can be asked for
    assert html.count("<script") == 1 + keys
    for elsewhere in ('src="http', 'rel="stylesheet" href="http', "data:"):
        assert elsewhere not in html


async def test_forms_validate_on_the_server(provider: Provider, browser: Browser) -> None:
    """`novalidate`, and `required` stays."""
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url())
    assert "novalidate" in page.html
    assert "required" in page.fields["password"].attrs
    assert page.fields["password"].attrs["autocomplete"] == "current-password"
    assert page.fields["username"].attrs["autocomplete"] == "username webauthn"


async def test_the_person_is_named_once_the_password_was_right(provider: Provider, browser: Browser) -> None:
    """A strip on every step after it, with the way out."""
    wiki, alice = await provider.app(), await provider.person()
    page = await browser.open(await wiki.authorization_url())
    assert not page.has("Not you?")
    page = await alice.answer(page)
    assert "Signing in as alice" in page.text
    assert page.has("Not you?")
