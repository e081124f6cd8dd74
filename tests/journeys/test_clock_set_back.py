"""A server whose clock is set back, by hand or by a bad time source, accepts no code at or before the last one."""

from __future__ import annotations

import pyotp

from tests.drivers.browser_http import Browser
from tests.drivers.person import Person
from tests.drivers.provider import Provider


def code_now(alice: Person, provider: Provider, seconds: int = 0) -> str:
    """What a phone shows whose clock went back with the server's."""
    assert alice.secret is not None
    return pyotp.TOTP(alice.secret).at(int(provider.clock().timestamp()) + seconds)


async def test_a_clock_set_back_makes_no_code_valid_again(provider: Provider) -> None:
    """T-10, RFC 6238 5.2: neither the code that was used nor any of an earlier step, until time has caught up."""
    wiki, alice = await provider.app(), await provider.person()
    async with Browser() as enrolling:
        assert (await alice.sign_in(await enrolling.open(await wiki.authorization_url()))).at_app
    provider.clock.advance(minutes=2)
    used = code_now(alice, provider)
    async with Browser() as signing_in:
        assert (await alice.sign_in(await signing_in.open(await wiki.authorization_url()))).at_app
    async with Browser() as later:
        page = await alice.sign_in(await later.open(await wiki.authorization_url()), until="second-factor")
        for back in (30, 60):
            provider.clock.advance(seconds=-back)
            for code in {used, *(code_now(alice, provider, seconds) for seconds in (-30, 0, 30))}:
                page = await page.submit(code=code)
                assert page.step == "second-factor", f"accepted {back} s back"
                assert page.alerts
            provider.clock.advance(seconds=back)
        provider.clock.advance(seconds=30)
        page = await page.submit(code=code_now(alice, provider))
        assert page.at_app
