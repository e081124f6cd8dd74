"""What the script adds in the portal: how long a new password is, and a warning before a session ends unused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Page, Route, expect

from idp.web.shell import Idle
from tests.browser.portal_pages import PORTAL_VIEWS
from tests.browser.profiles import Profiles
from tests.drivers.page_server import page_server

pytestmark = pytest.mark.browser

SOON = Idle(after="1 hour", seconds=0, stay_url="/account/stay")
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@pytest.fixture
async def base_url(profiles: Profiles) -> AsyncIterator[str]:
    """The password page, with a session that is about to end."""
    shown = PORTAL_VIEWS["own-password"]
    soon = replace(shown, shell=replace(shown.shell, idle=SOON))
    async with page_server({"own-password": shown, "soon": soon}) as url:
        yield url
        await profiles.close()


async def test_the_length_of_a_new_password_is_said_as_it_grows(page: Page, base_url: str) -> None:
    await page.goto(f"{base_url}/page/own-password")
    meter = page.locator(".meter")
    await expect(meter).to_have_attribute("role", "status")
    await expect(meter).to_have_text("")
    await page.fill("#new-password", "e\u0301" * 14)
    await expect(meter).to_have_text("14 of at least 15 characters")
    await page.fill("#new-password", "🦭" * 15)
    await expect(meter).to_have_text("Long enough: 15 characters")
    await page.fill("#new-password", "")
    await expect(meter).to_have_text("")


async def test_before_a_session_ends_its_person_may_stay(page: Page, base_url: str) -> None:
    """What was typed is still there; focus returns to the page once the button is gone."""
    await page.route("**/account/stay?*", lambda route: route.fulfill(body=PICTURE, content_type="image/svg+xml"))
    await page.goto(f"{base_url}/page/soon")
    await page.fill("#new-password", "seven quiet herons")
    warning = page.get_by_role("status").filter(has_text="You will be signed out here in about 2 minutes.")
    await expect(warning).to_be_visible()
    async with page.expect_request("**/account/stay?*"):
        await page.get_by_role("button", name="Stay signed in").click()
    await expect(page.locator("#new-password")).to_have_value("seven quiet herons")


async def test_a_session_that_has_ended_is_said_to_have(page: Page, base_url: str) -> None:
    async def gone(route: Route) -> None:
        await route.fulfill(body="<p>Sign in", content_type="text/html")

    await page.route("**/account/stay?*", gone)
    await page.goto(f"{base_url}/page/soon")
    await page.get_by_role("button", name="Stay signed in").click()
    await expect(page.get_by_role("status").filter(has_text="You are signed out here.")).to_be_visible()
    await expect(page.get_by_role("button", name="Stay signed in")).to_be_hidden()


async def test_until_then_there_is_nothing_to_see(page: Page, base_url: str) -> None:
    await page.goto(f"{base_url}/page/own-password")
    await expect(page.locator("#idle")).to_be_hidden()
    await expect(page.get_by_text("You are signed out here after 1 hour without use.")).to_be_visible()
