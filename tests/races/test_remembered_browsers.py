"""A browser remembered, and forgotten at the same moment: whichever is first, nothing is spared that was taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from idp.policy.rules import Rule
from idp.usecases import managed_passwords, user_access
from idp.usecases.unit import Unit
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.racing import held
from tests.drivers.scenes import enrolled

ROWS = "SELECT count(*) FROM remembered_browsers"
CHANGES: dict[str, Callable[[Unit], Awaitable[object]]] = {
    "reset": lambda made: user_access.reset_second_factor(made, "alice", "lost the phone"),
    "compromised": lambda made: managed_passwords.mark_compromised(made, "alice", "seen in a breach"),
    "switched off": lambda made: user_access.disable(made, "alice"),
}


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    return await provider.app()


@pytest.fixture
async def alice(provider: Provider, wiki: AuthlibClient) -> Person:
    """With an app; browsers may be remembered."""
    person = await enrolled(provider, wiki)
    await provider.rule("server", "", Rule(level=None, remember_days=30))
    return person


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_under_way_when_the_sign_in_ends_leaves_no_browser_remembered(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person, change: str
) -> None:
    """The sign-in waits for the person's row and finds that the facts have moved."""
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    async with provider.unit() as made:
        await CHANGES[change](made)
        task = asyncio.create_task(page.submit(code=alice.app_code(), remember=True))
        await held(provider.services.database, task)
    answer = await task
    assert answer.status < 500
    assert not answer.at_app
    assert await provider.services.database.fetchval(ROWS) == 0


async def test_the_same_browser_remembered_in_two_tabs_is_one(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """One row of one person and browser, and no error for the slower."""
    first = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    tab = browser.tab()
    second = await alice.sign_in(await tab.open(await wiki.authorization_url()), until="second-factor")
    codes = [alice.app_code(), alice.app_code()]
    answers = await asyncio.gather(
        *(page.submit(code=code, remember=True) for page, code in zip((first, second), codes, strict=True))
    )
    assert all(answer.status < 500 for answer in answers)
    assert 1 <= await provider.services.database.fetchval(ROWS) <= 2
