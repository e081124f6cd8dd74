"""A new password inside the sign-in: where somebody else knows it, where it leaked, where it is too short alone."""

from __future__ import annotations

import pytest
from authlib.integrations.httpx_client import OAuthError

from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, enrolled, exempt, password_is_enough, sign_in

COMPROMISED = "UPDATE passwords SET change_demanded = 'compromised'"
SHORT = "blue heron 12"  # 13 characters


async def at_new_password(provider: Provider, browser: Browser, username: str = "alice") -> Page:
    """Somebody whose password an admin set, at the page."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person(username, own=False)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="new-password")
    assert page.step == "new-password"
    return page


async def test_a_password_set_by_somebody_else_is_changed_first(provider: Provider, browser: Browser) -> None:
    """V6.4.1: before any code; the old one is dead afterwards, the new one signs in."""
    wiki, alice = await provider.app(), await provider.person(own=False)
    old = alice.password
    page = await sign_in(wiki, alice, browser)
    assert alice.steps == ["password", "new-password", "enrolment", "recovery-codes"]
    assert "code" in page.params
    async with Browser() as other:
        page = await other.open(await wiki.authorization_url())
        page = await page.submit(username="alice", password=old)
        assert page.alerts
        assert (await page.submit(username="alice", password=alice.password)).step == "second-factor"
    assert await details(provider, "password_changed") == [{"reason": "set_by_other"}]


async def test_after_every_proof_that_policy_asks(provider: Provider, browser: Browser) -> None:
    """N-07 and decision 16: a compromised password alone must not let its finder choose the next one."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await provider.services.database.execute(COMPROMISED)
    await sign_in(wiki, alice, browser)
    assert alice.steps == ["password", "second-factor", "new-password"]
    assert await details(provider, "password_changed") == [{"reason": "compromised"}]


async def test_too_short_to_stand_alone(provider: Provider, browser: Browser) -> None:
    """N-02: policy loosened to password-only: the next sign-in wants at least 15 characters before any code."""
    wiki, alice = await provider.app(), await provider.person(password=SHORT)
    await exempt(provider, alice)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="new-password")
    assert page.step == "new-password"
    assert "15 characters" in page.text
    page = await page.submit(new_password="herons at dusk")  # 14
    assert page.step == "new-password"
    assert "Use at least 15 characters" in page.alerts[0]
    page = await page.submit(new_password="herons at dusk!")  # 15
    assert page.at_app
    assert await details(provider, "password_changed") == [{"reason": "too_short"}]


async def test_beside_a_second_factor_twelve_are_enough(provider: Provider, browser: Browser) -> None:
    """N-02: 11 refused, 12 accepted."""
    wiki, alice = await provider.app(), await provider.person(own=False)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="new-password")
    page = await page.submit(new_password="eleven char")
    assert "Use at least 12 characters" in page.alerts[0]
    assert (await page.submit(new_password="twelve chars")).step == "enrolment"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Enter a new password"),
        ("password1234567", "common passwords"),
        ("x" * 257, "Use at most 256 characters"),
        ("correct horse battery staple", "your present password"),
        ("alexandria-of-egypt", "made from your name or the name of this service"),
        ("Alexandria Of Egypt 2031!", "made from your name or the name of this service"),
    ],
)
async def test_refusals_have_words(provider: Provider, browser: Browser, text: str, words: str) -> None:
    """N-03, N-08: the reason is told, nothing typed is shown again, and the page stays."""
    page = await at_new_password(provider, browser, "alexandria-of-egypt")
    page = await page.submit(new_password=text)
    assert page.step == "new-password"
    assert words in page.alerts[0]
    assert page.fields["new_password"].value == ""
    assert not text or text not in page.html or text == "alexandria-of-egypt"


@pytest.mark.parametrize("text", ["  fifteen emoji  ", "\N{SEAL}" * 15, "password1234567 but longer", "y" * 256])
async def test_any_characters_will_do(provider: Provider, browser: Browser, text: str) -> None:
    """N-04, N-06: spaces stay, code points count, no composition rule."""
    page = await (await at_new_password(provider, browser)).submit(new_password=text)
    assert page.at_app


async def test_other_sessions_and_grants_end(provider: Provider, browser: Browser) -> None:
    """O-29, V7.4.3: a password change ends all grants, offline ones too, and every other session."""
    wiki = await provider.app(scope="openid offline_access")
    alice = await enrolled(provider, wiki)
    async with Browser() as other:
        tokens = await wiki.exchange((await sign_in(wiki, alice, other)).url)
        provider.clock.advance(minutes=2)
        await provider.services.database.execute(COMPROMISED)
        await sign_in(wiki, alice, browser)
        page = await other.open(await wiki.authorization_url(prompt="none"))
        assert page.params["error"] == "login_required"
    with pytest.raises(OAuthError) as caught:
        await wiki.refresh(tokens)
    assert caught.value.error == "invalid_grant"
    assert "code" in (await browser.open(await wiki.authorization_url(prompt="none"))).params


async def test_a_sign_in_under_way_elsewhere_does_not_survive(provider: Provider, browser: Browser) -> None:
    """Its proof was made with the old password."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    async with Browser() as thief:
        stolen = await thief.open(await wiki.authorization_url())
        stolen = await stolen.submit(username="alice", password=alice.password)
        assert stolen.step == "second-factor"
        await provider.services.database.execute(COMPROMISED)
        await sign_in(wiki, alice, browser)
        provider.clock.advance(minutes=1)
        assert (await stolen.submit(code=alice.app_code())).step in {"error", "password"}


async def test_changing_twice_at_once_ends_well(provider: Provider, browser: Browser) -> None:
    """A double click changes it once."""
    page = await at_new_password(provider, browser)
    page = await browser.double(page, new_password="a quiet row of herons")
    assert page.at_app
    assert len(await details(provider, "password_changed")) == 1
