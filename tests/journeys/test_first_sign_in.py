"""The main job: a first sign-in with forced enrolment, then the next ones, as a person without scripts meets them."""

from __future__ import annotations

from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider


async def test_the_first_sign_in_enrols_before_the_code_leaves(provider: Provider, browser: Browser) -> None:
    """Password, enrolment, recovery codes, and only then the authorization response."""
    wiki, alice = await provider.app(), await provider.person()
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()))
    assert alice.steps == ["password", "enrolment", "recovery-codes"]
    assert page.at_app
    tokens = await wiki.exchange(page.url)
    assert tokens.claims["amr"] == ["pwd", "otp", "mfa"]
    assert tokens.claims["acr"] == "2fa"
    assert len(alice.recovery_codes) == 10


async def test_the_next_sign_in_asks_password_and_code(provider: Provider, browser: Browser) -> None:
    """An enrolled factor is always asked."""
    wiki, alice = await provider.app(), await provider.person()
    await alice.sign_in(await browser.open(await wiki.authorization_url()))
    async with Browser() as another:
        page = await alice.sign_in(await another.open(await wiki.authorization_url()))
        assert alice.steps == ["password", "second-factor"]
        assert (await wiki.exchange(page.url)).claims["amr"] == ["pwd", "otp", "mfa"]
