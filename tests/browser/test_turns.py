"""Refresh, Back, double submits, several tabs, expiry and lost cookies: whatever people do, the sign-in ends well."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Error, Page, Route, async_playwright, expect

from tests.browser.apps import Apps
from tests.browser.profiles import Profiles
from tests.browser.visitor import Mouse
from tests.drivers import chromium
from tests.drivers.person import Person
from tests.drivers.provider import Provider

pytestmark = pytest.mark.browser

SUBMIT = "form[data-once] button[type=submit]"


@pytest.fixture
async def alice(page: Page, provider: Provider) -> Mouse:
    """Somebody without a second factor, in a fresh profile."""
    return Mouse(page=page, person=await provider.person())


@pytest.fixture
async def enrolled(profiles: Profiles, provider: Provider, apps: Apps) -> Person:
    """Somebody who set up an authenticator app in another browser, a minute ago."""
    context = await profiles.new()
    first = Mouse(page=await context.new_page(), person=await provider.person())
    await first.open_app(apps.chat)
    await first.sign_in()
    provider.clock.advance(minutes=1)
    return first.person


async def test_refresh_never_posts_again_and_shows_the_same(alice: Mouse, apps: Apps) -> None:
    """POST, then 303 to GET; the picture, the key and the recovery codes stay as they are."""
    page = alice.page
    await alice.open_app(apps.wiki)
    while (step := await alice.step()) != "demo-signed-in":
        shown = await page.locator("code, .scan").all_inner_texts(), await page.locator(".scan").all_inner_texts()
        link = await page.locator('a[href^="otpauth:"]').evaluate_all("all => all.map(each => each.href)")
        answer = await page.reload()
        assert answer is not None
        assert (answer.request.method, await alice.step()) == ("GET", step)
        assert link == await page.locator('a[href^="otpauth:"]').evaluate_all("all => all.map(each => each.href)")
        again = await page.locator("code, .scan").all_inner_texts(), await page.locator(".scan").all_inner_texts()
        assert again == shown
        await alice.answer()


async def test_back_leads_on_and_never_to_a_step_that_is_done(alice: Mouse, apps: Apps) -> None:
    """A step already passed moves on; Back from the app says that the sign-in is done."""
    page = alice.page
    await alice.open_app(apps.wiki)
    before = ""
    while (step := await alice.step()) != "demo-signed-in":
        if before:
            await page.go_back()
            await alice.arrived()
            assert await alice.step() == step, f"Back to {before}"
        before = step
        await alice.answer()
    await page.go_back()
    await alice.arrived()
    assert await alice.step() == "finished"
    await alice.press('a:text-is("Continue to Wiki")')
    assert (await alice.step(), page.url) == ("demo-signed-in", apps.wiki.url)


async def test_after_the_codes_are_saved_no_page_shows_them(alice: Mouse, apps: Apps) -> None:
    await alice.open_app(apps.wiki)
    await alice.sign_in(until="recovery-codes")
    address = alice.page.url
    await alice.answer()
    assert await alice.step() == "consent"
    await alice.page.go_back()
    assert await alice.page.locator(".codes").count() == 0
    await alice.page.goto(address)
    assert await alice.step() == "consent"


async def test_a_browser_that_keeps_pages_in_memory_shows_no_codes_either(provider: Provider, apps: Apps) -> None:
    """Chromium's back-forward cache holds pages in spite of `no-store`; Playwright turns it off unless asked not to."""
    path, arguments = chromium.needed(), chromium.launch_arguments()
    off = "--disable-back-forward-cache"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments, ignore_default_args=[off])
        alice = Mouse(page=await browser.new_page(), person=await provider.person())
        await alice.open_app(apps.wiki)
        await alice.sign_in(until="consent")
        await alice.page.evaluate("document.documentElement.dataset.left = ''; history.back()")
        await alice.page.locator("html:not([data-left]) main[data-step=consent]").wait_for()
        assert await alice.page.locator(".codes").count() == 0
        await browser.close()


async def test_the_good_code_twice_in_a_moment_is_one_sign_in(
    profiles: Profiles, provider: Provider, apps: Apps, enrolled: Person
) -> None:
    """The answer to the first press is late, the second press reaches the server too; no «already used»."""
    page = await (await profiles.new(java_script_enabled=False)).new_page()
    alice = Mouse(page=page, person=enrolled)
    answered, pressed_again = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        first = not answered.is_set()
        answer = await route.fetch(max_redirects=0)
        (answered if first else pressed_again).set()
        await pressed_again.wait()
        with suppress(Error):  # the browser has given the first one up
            await route.fulfill(response=answer)

    await alice.open_app(apps.chat)
    await alice.sign_in(until="second-factor")
    await page.route("**/second-factor?*", late)
    await alice.fill("#code", enrolled.app_code())
    x, y = await middle(page, SUBMIT)
    await page.mouse.click(x, y)
    await answered.wait()
    await page.mouse.click(x, y)
    await page.locator("main[data-step=demo-signed-in]").wait_for()
    assert page.url == apps.chat.url
    assert (await alice.claims())["amr"] == ["pwd", "otp", "mfa"]
    assert "code_refused" not in await provider.events()


async def middle(page: Page, selector: str) -> tuple[float, float]:
    """Where the mouse hits it; unlike a locator, the mouse waits for no page that is on its way."""
    await page.locator(selector).scroll_into_view_if_needed()
    box = await page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@dataclass(slots=True, kw_only=True)
class Impatient(Mouse):
    """Presses every button twice before any answer is there."""

    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def activate(self, selector: str) -> None:
        """A box ticked twice would be clear again."""
        if selector == "#saved":
            await self.page.locator(selector).click()
            return
        self.released.clear()
        x, y = await middle(self.page, selector)
        await self.page.mouse.dblclick(x, y)
        self.released.set()

    async def hold(self, route: Route) -> None:
        """Hand on the answer once both presses are made."""
        if route.request.method != "POST":
            await route.continue_()
            return
        answer = await route.fetch(max_redirects=0)
        await self.released.wait()
        with suppress(Error):  # the browser has given the first one up
            await route.fulfill(response=answer)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_a_first_sign_in_by_double_clicks(
    profiles: Profiles, provider: Provider, apps: Apps, *, scripts: bool
) -> None:
    """Without scripts each form reaches the server twice: every step takes the second one for the first."""
    page = await (await profiles.new(java_script_enabled=scripts)).new_page()
    alice = Impatient(page=page, person=await provider.person())
    await Mouse(page=page, person=alice.person).open_app(apps.wiki)
    await page.route("**/interaction/**", lambda route: alice.hold(route))  # noqa: PLW0108 - Playwright marks it
    assert await alice.sign_in() == ["password", "enrolment", "recovery-codes", "consent"]
    assert (await alice.claims())["amr"] == ["pwd", "otp", "mfa"]


async def test_two_tabs_end_each_at_its_own_app(profiles: Profiles, apps: Apps, enrolled: Person) -> None:
    """After the sign-in in one tab the other goes on by itself, to its own app."""
    context = await profiles.new()
    one = Mouse(page=await context.new_page(), person=enrolled)
    other = Mouse(page=await context.new_page(), person=enrolled)
    await other.open_app(apps.chat)
    await one.open_app(apps.wiki)
    await one.sign_in()
    assert one.page.url == apps.wiki.url
    await other.page.locator("main[data-step=demo-signed-in]").wait_for()
    assert other.page.url == apps.chat.url


async def test_a_stale_form_of_a_second_tab_lands_at_its_app(profiles: Profiles, apps: Apps, enrolled: Person) -> None:
    """The same without scripts: the second tab still shows the password page, and is sent."""
    context = await profiles.new(java_script_enabled=False)
    one = Mouse(page=await context.new_page(), person=enrolled)
    other = Mouse(page=await context.new_page(), person=enrolled)
    await other.open_app(apps.chat)
    await one.open_app(apps.wiki)
    await one.sign_in()
    await other.answer()
    assert (await other.step(), other.page.url) == ("demo-signed-in", apps.chat.url)


@pytest.mark.parametrize("by", ["reload", "submit"])
async def test_a_sign_in_that_waited_too_long_names_its_app(
    alice: Mouse, provider: Provider, apps: Apps, by: str
) -> None:
    await alice.open_app(apps.wiki)
    provider.clock.advance(minutes=31)
    if by == "reload":
        await alice.page.reload()
    else:
        await alice.answer()
    assert await alice.step() == "error"
    await expect(alice.page).to_have_title("This sign-in waited too long – idp")
    await alice.press('a:text-is("Start again at Wiki")')
    assert alice.page.url == apps.wiki.url


async def test_without_cookies_the_person_learns_it_before_typing(profiles: Profiles, provider: Provider) -> None:
    """/authorize sets the cookie, the page behind it checks it; the way back to the app stands there."""
    context = await profiles.new()
    page = await context.new_page()
    wiki = await provider.app("wiki")

    async def forget(route: Route) -> None:
        answer = await route.fetch(max_redirects=0)
        await context.clear_cookies()
        kept = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        await route.fulfill(status=answer.status, headers=kept)

    await page.route("**/authorize?*", forget)
    await page.goto(await wiki.authorization_url())
    assert await page.locator("main").get_attribute("data-step") == "cookies"
    assert await page.locator("input").count() == 0
    await expect(page.get_by_role("link", name="Try again")).to_have_attribute("href", "https://app.example.org")


async def test_a_cookie_lost_on_the_way_leads_back_to_the_app(alice: Mouse, apps: Apps) -> None:
    """The address carries a signed reference of the app, so that the page can lead back to it."""
    await alice.open_app(apps.wiki)
    await alice.sign_in(until="enrolment")
    await alice.page.context.clear_cookies(domain="localhost")
    await alice.page.locator("#code").fill("123456")
    await alice.press(SUBMIT)
    assert await alice.step() == "error"
    await alice.press('a:text-is("Start again at Wiki")')
    await alice.press('button:text-is("Sign in to Wiki")')
    assert await alice.step() == "password"


async def test_the_page_after_signing_out_may_be_refreshed(alice: Mouse, provider: Provider, apps: Apps) -> None:
    """POST, then 303 to GET; the way back to the app stays on it."""
    await alice.open_app(apps.chat)
    await alice.sign_in()
    await alice.page.goto(f"{provider.issuer}/logout?client_id=chat")
    await alice.press('button:text-is("Sign out")')
    assert await alice.step() == "signed-out"
    answer = await alice.page.reload()
    assert answer is not None
    assert (answer.request.method, await alice.step()) == ("GET", "signed-out")
    await alice.press('a:text-is("Back to Chat")')
    assert alice.page.url == apps.chat.url
