"""Forms that do not come from our own pages: refused at every address, recorded, and nothing changes (N-43, V3.5.1)."""

from __future__ import annotations

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, enrolled, password_is_enough, sign_in

ADDRESSES = [
    "password",
    "second-factor",
    "recovery",
    "enrolment",
    "recovery-codes",
    "recovery-codes/download",
    "recovery-used",
    "new-password",
    "select-account",
    "consent",
    "cancel",
    "another-account",
]
TOKENS = ["", "x", "A" * 43, "é", "A" * 60000]


async def beginning(provider: Provider, browser: Browser) -> Page:
    """The first page of a sign-in."""
    wiki = await provider.app()
    return await browser.open(await wiki.authorization_url())


async def send(browser: Browser, page: Page, name: str, pairs: list[tuple[str, str]]) -> Page:
    """Post to one page of the same sign-in, as our own page would."""
    return await browser.go("POST", page.url.replace("/password", f"/{name}"), initiator=page.initiator, pairs=pairs)


@pytest.mark.parametrize("name", ADDRESSES)
async def test_a_form_without_its_token_is_refused(provider: Provider, browser: Browser, name: str) -> None:
    """N-43: 403 at every address that takes a form, in the words of an expired page, with the way back."""
    page = await beginning(provider, browser)
    refused = await send(browser, page, name, [])
    assert (refused.status, refused.step) == (403, "error")
    assert refused.has("Start again at wiki")
    assert [each["path"].rpartition("interaction/")[2][37:] for each in await details(provider, "csrf_failed")] == [
        name
    ]


@pytest.mark.parametrize("token", TOKENS)
async def test_a_wrong_token_is_refused(provider: Provider, browser: Browser, token: str) -> None:
    """N-43: whatever stands there."""
    alice = await provider.person()
    page = await beginning(provider, browser)
    refused = await page.submit(csrf=token, username="alice", password=alice.password)
    assert (refused.status, refused.step) == (403, "error")
    assert "password_proved" not in await provider.events()


async def test_a_token_of_another_sign_in_does_not_fit(provider: Provider, browser: Browser) -> None:
    """Decision 14: bound to browser and Interaction."""
    wiki, alice = await provider.app(), await provider.person()
    first = await browser.open(await wiki.authorization_url())
    second = await browser.tab().open(await wiki.authorization_url())
    token = first.fields["csrf"].value
    refused = await second.submit(csrf=token, username="alice", password=alice.password)
    assert refused.status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:1", "http://app.localhost:8000"])
async def test_a_form_on_another_site_is_refused(provider: Provider, browser: Browser, origin: str) -> None:
    """V3.5.1: by Sec-Fetch-Site and Origin, even with the right token."""
    alice = await provider.person()
    page = await beginning(provider, browser)
    pairs = [("csrf", page.fields["csrf"].value), ("username", "alice"), ("password", alice.password)]
    refused = await browser.cross_post(page.url, pairs, origin=origin)
    assert (refused.status, refused.step) == (403, "error")
    assert "password_proved" not in await provider.events()
    assert len(await details(provider, "csrf_failed")) == 1  # V16.3.3


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "nonsense"},
    ],
)
async def test_headers_that_tell_of_another_site(provider: Provider, browser: Browser, headers: dict[str, str]) -> None:
    """V3.5.1: any of them, cookie and token at hand."""
    page = await beginning(provider, browser)
    form = {"csrf": page.fields["csrf"].value, "username": "alice", "password": "x"}
    answer = await browser.client.post(page.url, data=form, headers=headers)
    assert answer.status_code == 403


async def test_an_old_browser_that_says_nothing_is_let_in_by_its_token(provider: Provider, browser: Browser) -> None:
    """web.csrf: without Origin and Sec-Fetch-Site the token alone decides."""
    page = await beginning(provider, browser)
    form = {"csrf": page.fields["csrf"].value, "username": "alice", "password": "x"}
    answer = await browser.client.post(page.url, data=form)
    assert answer.status_code == 303


async def test_sign_out_needs_its_own_token(provider: Provider, browser: Browser) -> None:
    """O-57: confirmation is POST with a token of that page; a sign-in's token does not fit."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    token = (await browser.open(await wiki.authorization_url())).fields["csrf"].value
    await sign_in(wiki, alice, browser)
    page = await browser.open(provider.issuer.url("/logout"))
    assert page.step == "logout"
    for csrf in ("", token):
        refused = await page.submit(csrf=csrf, button="Sign out")
        assert refused.status == 403
    crossed = await browser.cross_post(
        provider.issuer.url("/logout/confirm"), [("answer", "sign_out")], origin="https://evil.example"
    )
    assert crossed.status == 403
    assert "code" in (await browser.open(await wiki.authorization_url(prompt="none"))).params


async def test_no_get_changes_a_sign_in(provider: Provider, browser: Browser) -> None:
    """V3.5.1: the addresses that only take forms answer 405, and query parameters are no form."""
    wiki: AuthlibClient = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await browser.open(await wiki.authorization_url())
    for name in ("cancel", "another-account", "recovery-codes/download"):
        answer = await browser.open(page.url.replace("/password", f"/{name}"))
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
    token = page.fields["csrf"].value
    asked = await browser.open(f"{page.url}&username=alice&password={alice.password}&csrf={token}")
    assert asked.step == "password"
    assert await provider.services.database.fetchval("SELECT count(*) FROM throttles") == 0
