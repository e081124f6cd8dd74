"""Fixtures of the browser tests: one Chromium for each worker, fresh profiles that are listened to, and demo apps.

async def test_…(profiles, apps, provider):
    page = await (await profiles.new(color_scheme="dark")).new_page()
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.wiki)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.apps import Apps, demo_apps
from tests.browser.profiles import Profiles
from tests.drivers import chromium
from tests.drivers.clock import MovableClock
from tests.drivers.provider import Provider

HEAD_START = timedelta(minutes=8)  # less than the life of an ID token


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[Browser]:
    """One Chromium for all browser tests of this worker."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.needed(), args=chromium.launch_arguments())
        yield browser
        await browser.close()


@pytest.fixture
async def profiles(running: Browser) -> AsyncIterator[Profiles]:
    """Makes fresh profiles; closes them, and fails where one of them complained without being asked to."""
    made = Profiles(running)
    yield made
    await made.close()
    assert made.complaints() == []


@pytest.fixture
async def context(profiles: Profiles) -> BrowserContext:
    """One fresh profile on a desktop."""
    return await profiles.new()


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """A tab of it."""
    return await context.new_page()


@pytest.fixture
def clock() -> MovableClock:
    """Stands still some minutes ago: it may be moved on, and the demo app still finds no token made in its future."""
    made = MovableClock()
    made.now -= HEAD_START
    return made


@pytest.fixture
async def apps(provider: Provider, profiles: Profiles) -> AsyncIterator[Apps]:
    """The demo relying app on another site than the provider, with its clients registered."""
    async with demo_apps(provider) as made:
        yield made
        await profiles.close()  # before the servers that they may still be asking
