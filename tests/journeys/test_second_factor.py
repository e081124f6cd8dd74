"""The app code at sign-in: its window, its single use, and the clock it is held against (T-02 to T-10)."""

from __future__ import annotations

import pyotp
import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, enrolled

Scene = tuple[AuthlibClient, Person]
LAST_STEP = "SELECT last_step FROM totp_authenticators"


@pytest.fixture
async def known(provider: Provider) -> Scene:
    """alice, with an app."""
    wiki = await provider.app()
    return wiki, await enrolled(provider, wiki)


async def asked(scene: Scene, browser: Browser) -> Page:
    """The page that asks for a code."""
    wiki, alice = scene
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    assert page.step == "second-factor"
    return page


def code(provider: Provider, scene: Scene, steps: int = 0) -> str:
    """Of the time step that many away from now."""
    return pyotp.TOTP(scene[1].secret or "").at(int(provider.clock().timestamp()) + 30 * steps)


async def test_the_page_tells_where_to_look(known: Scene, browser: Browser) -> None:
    """T-18: the entry as the app shows it; one text box, no maxlength, no pattern."""
    page = await asked(known, browser)
    assert "alice" in page.text
    attrs = page.fields["code"].attrs
    assert (attrs["type"], attrs["inputmode"], attrs["autocomplete"]) == ("text", "numeric", "one-time-code")
    assert not {"maxlength", "pattern"} & attrs.keys()


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_the_window(provider: Provider, known: Scene, browser: Browser, steps: int, *, right: bool) -> None:
    """T-07, N-19: one step to either side."""
    page = await (await asked(known, browser)).submit(code=code(provider, known, steps))
    assert page.at_app is right
    assert right or "did not match" in page.alerts[0]


async def test_a_used_step_and_all_before_it_are_burnt(provider: Provider, known: Scene, browser: Browser) -> None:
    """N-18, T-04, T-05: refused, told as used, and recorded."""
    assert (await (await asked(known, browser)).submit(code=code(provider, known))).at_app
    async with Browser() as other:
        page = await asked(known, other)
        for steps in (0, -1):
            page = await page.submit(code=code(provider, known, steps))
            assert "already used" in page.alerts[0]
        assert (await page.submit(code=code(provider, known, 1))).at_app
    assert [each["reason"] for each in await details(provider, "factor_refused")] == ["replayed"] * 2


async def test_a_clock_stepped_back_opens_nothing_again(provider: Provider, known: Scene, browser: Browser) -> None:
    """T-10: no used step becomes valid."""
    used = code(provider, known)
    assert (await (await asked(known, browser)).submit(code=used)).at_app
    provider.clock.advance(seconds=-60)
    async with Browser() as other:
        page = await (await asked(known, other)).submit(code=used)
        assert page.step == "second-factor"
        page = await page.submit(code=code(provider, known))
        assert "already used" in page.alerts[0]


async def test_a_wrong_code_burns_nothing(provider: Provider, known: Scene, browser: Browser) -> None:
    """A failure changes the counter alone."""
    before = await provider.services.database.fetchval(LAST_STEP)
    page = await (await asked(known, browser)).submit(code="000000")
    assert await provider.services.database.fetchval(LAST_STEP) == before
    assert (await page.submit(code=code(provider, known))).at_app


async def test_a_code_is_one_person_s(provider: Provider, known: Scene, browser: Browser) -> None:
    """N-20: bob's code at alice's page."""
    bob = await enrolled(provider, known[0], "bob")
    page = await (await asked(known, browser)).submit(code=code(provider, (known[0], bob)))
    assert "did not match" in page.alerts[0]


async def test_a_secret_moved_to_another_person_opens_nothing(
    provider: Provider, known: Scene, browser: Browser
) -> None:
    """N-20: sealed for its row: a copy gives an error, and the sign-in fails closed (V16.5.3)."""
    await enrolled(provider, known[0], "bob")
    copy = """
    UPDATE totp_authenticators SET sealed_secret = (SELECT t.sealed_secret FROM totp_authenticators t JOIN users u
        ON u.id = t.user_id WHERE u.username = 'bob')
    WHERE user_id = (SELECT id FROM users WHERE username = 'alice')
    """
    await provider.services.database.execute(copy)
    page = await (await asked(known, browser)).submit(code="123456")
    assert (page.status, page.step) == (500, "error")
    assert "Your account is safe" in page.text
    assert "session" not in browser.cookies
