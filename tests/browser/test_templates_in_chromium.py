"""Every page and state in Chromium: accessible, narrow, in both schemes, let through by its policy, without JS too.

Served by `page_server` with the real headers; whole journeys stand elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
import pytest_asyncio
import zxingcpp
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.sample_pages import CODES, OTPAUTH, VIEWS
from tests.drivers.page_server import page_server

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}}
SMALLEST_TARGET = 44  # px
# A link inside a sentence is exempt; what stands alone must be hit by a finger.
TARGETS = (
    "main button:visible, main summary, a.button, a.alone, .ways > li > a, main input:not([type=checkbox]):visible"
)
# The page leaves by itself; what it looks like is seen without the refresh.
SHOWN = [name for name in VIEWS if name != "returning"]


@pytest_asyncio.fixture(scope="module")
async def base_url() -> AsyncIterator[str]:
    async with page_server(VIEWS) as url:
        yield url


async def looked_at(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it is shown."""
    axe = (await Axe().run(page, options=AXE_OPTIONS)).response
    faults = [f"{name}: {each['id']} {each['nodes'][0]['html']}" for each in (*axe["violations"], *axe["incomplete"])]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append(f"{name}: scrolls sideways")
    small = await page.locator(TARGETS).evaluate_all(
        "(all, least) => all.filter(each => each.getBoundingClientRect().height < least).map(each => each.outerHTML)",
        SMALLEST_TARGET,
    )
    return faults + [f"{name}: too small {each}" for each in small]


# Colours depend on the scheme and layout on the width: these pairs see all of both.
@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 320), ("light", 1280), ("dark", 1280)])
async def test_every_page_is_accessible(running: Browser, base_url: str, scheme: str, width: int) -> None:
    """WCAG 2.2 AA by axe, no sideways scroll, targets of 44 px; everything unfolded; the console stays empty."""
    context = await running.new_context(
        color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 640}
    )
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    faults: list[str] = []
    for name in SHOWN:
        answer = await page.goto(f"{base_url}/page/{name}")
        assert answer is not None
        await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        faults += await looked_at(page, name)
    await context.close()
    # The browser itself reports the status of error pages.
    assert faults + [line for line in said if "the server responded with a status of" not in line] == []


async def test_text_may_be_spaced_out_on_a_small_screen(page: Page, base_url: str) -> None:
    """WCAG 1.4.10, 1.4.12: 1280 px at 400 %, with the spacing that some readers need."""
    await page.set_viewport_size({"width": 320, "height": 256})
    for name in SHOWN:
        await page.goto(f"{base_url}/page/{name}")
        await page.evaluate(
            "() => { const sheet = new CSSStyleSheet(); document.adoptedStyleSheets = [sheet]; sheet.replaceSync("
            "'* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }') }"
        )
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


async def test_text_may_be_twice_as_large(page: Page, context: BrowserContext, base_url: str) -> None:
    """WCAG 1.4.4: the browser's own font size doubled, on half a desktop."""
    await page.set_viewport_size({"width": 640, "height": 512})
    session = await context.new_cdp_session(page)
    await session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    for name in SHOWN:
        await page.goto(f"{base_url}/page/{name}")
        assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


async def test_right_to_left_mirrors_the_page_and_leaves_codes_alone(page: Page, base_url: str) -> None:
    """Logical properties only; codes, keys and addresses keep their direction."""
    await page.set_viewport_size({"width": 320, "height": 640})
    for name in SHOWN:
        await page.goto(f"{base_url}/page/{name}")
        await page.evaluate("document.documentElement.dir = 'rtl'")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        directions = await page.locator("main bdi, main code:not(:has(bdi)), input.code").evaluate_all(
            "all => all.map(each => getComputedStyle(each).direction)"
        )
        assert set(directions) <= {"ltr"}, name


async def test_the_keyboard_reads_the_page_in_order(page: Page, base_url: str) -> None:
    """Skip link first, then the order of the page; each stop shows a ring."""
    await page.goto(f"{base_url}/page/recovery-used")
    order = []
    for _ in range(6):
        await page.keyboard.press("Tab")
        order.append(await page.evaluate("document.activeElement.textContent.trim()"))
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert order == [
        "Skip to the content",
        "Not you?",
        "Set up my app again",
        "Continue to Wiki",
        "Cancel and return to Wiki",
        "help@example.org",
    ]


async def test_errors_are_read_first_and_lead_to_their_field(page: Page, base_url: str) -> None:
    await page.goto(f"{base_url}/page/password-empty")
    await expect(page.locator("#summary")).to_be_focused()
    await page.locator("#summary a").nth(1).click()
    await expect(page.locator("#current-password")).to_be_focused()


async def test_a_password_can_be_seen_and_is_sent_as_a_password(page: Page, base_url: str) -> None:
    await page.goto(f"{base_url}/page/password")
    await expect(page.locator("#username")).to_be_focused()
    field = page.locator("#current-password")
    await field.fill("x")
    await page.get_by_role("button", name="Show password").click()
    await expect(field).to_have_attribute("type", "text")
    await page.get_by_role("button", name="Hide password").click()
    await expect(field).to_have_attribute("type", "password")


async def test_a_second_press_sends_nothing(page: Page, base_url: str) -> None:
    """The button says that it is busy and is free again when the page is shown again; its value is sent."""
    sent: list[str | None] = []

    async def stay(route: Route) -> None:
        sent.append(route.request.post_data)
        await route.fulfill(status=204)  # the browser stays where it is

    await page.route("**/here", stay)
    await page.goto(f"{base_url}/page/consent")
    await page.get_by_role("button", name="Allow", exact=True).click()
    await expect(page.get_by_role("button", name="Do not allow")).to_have_attribute("aria-disabled", "true")
    await page.get_by_role("button", name="Do not allow").click(force=True)
    await page.wait_for_timeout(50)
    assert sent == ["csrf=token&answer=allow"]


async def test_codes_can_be_copied_and_printed(running: Browser, base_url: str) -> None:
    """Clipboard equals the page; on paper they stand black on white, with account and day, without navigation."""
    context = await running.new_context(color_scheme="dark", permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.goto(f"{base_url}/page/recovery-codes")
    await page.get_by_role("button", name="Copy the recovery codes").click()
    await expect(page.get_by_role("status")).to_have_text("Copied 10 codes")
    assert await page.evaluate("navigator.clipboard.readText()") == "\n".join(CODES)
    await page.emulate_media(media="print", color_scheme="dark")
    await expect(page.get_by_text("alice@example.com, made on 5 March 2031")).to_be_visible()
    assert await page.locator("button:visible, a:visible").count() == 0
    colours = "element => [getComputedStyle(element).color, getComputedStyle(document.body).backgroundColor]"
    assert await page.locator(".codes code").first.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert len(re.findall(rb"/Type\s*/Page\b", await page.pdf(format="A4"))) == 1
    await context.close()


async def test_the_key_is_copied_without_its_gaps(running: Browser, base_url: str) -> None:
    context = await running.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.goto(f"{base_url}/page/enrolment")
    await page.get_by_role("button", name="Copy the set-up key").click()
    await expect(page.get_by_role("status")).to_have_text("Copied the key")
    assert await page.evaluate("navigator.clipboard.readText()") == "JBSWY3DPEHPK3PXP" * 2
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_reads_the_picture(running: Browser, base_url: str, scheme: str) -> None:
    """The QR code from the screenshot says what the link says, on a dark page too."""
    context = await running.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = await context.new_page()
    await page.goto(f"{base_url}/page/enrolment")
    picture = Image.open(BytesIO(await page.screenshot(full_page=True)))
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == [OTPAUTH]
    await context.close()


async def test_a_pause_counts_down(page: Page, base_url: str) -> None:
    await page.clock.install()
    await page.goto(f"{base_url}/page/paused")
    timer = page.get_by_role("timer")
    await expect(timer).to_have_text("12 minutes")
    await page.clock.run_for(5 * 60 * 1000)
    await expect(timer).to_have_text("7 minutes")
    await page.clock.run_for(8 * 60 * 1000)
    await expect(timer).to_have_text("none, you can try again now")


async def test_a_sign_in_in_one_tab_lets_the_other_go_on_unless_something_is_being_typed(
    context: BrowserContext, base_url: str
) -> None:
    waiting, typing, done = [await context.new_page() for _ in range(3)]
    await waiting.goto(f"{base_url}/page/second-factor")
    await typing.goto(f"{base_url}/page/second-factor")
    await typing.locator("#code").fill("123")
    async with waiting.expect_event("load"):
        await done.goto(f"{base_url}/page/finished")
    await expect(typing.locator("#code")).to_have_value("123")


async def test_without_scripts_no_dead_button_is_seen(running: Browser, base_url: str) -> None:
    """Copy, Print and Show appear with the script that serves them."""
    context = await running.new_context(java_script_enabled=False)
    page = await context.new_page()
    for name in SHOWN:
        await page.goto(f"{base_url}/page/{name}")
        assert await page.locator('button[type="button"]:visible').count() == 0, name
    await context.close()


async def test_a_sign_in_page_is_light_and_stands_still(page: Page, base_url: str) -> None:
    """Three requests and the icon, none elsewhere; nothing moves while it loads."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{base_url}/page/password")
    assert all(url.startswith(base_url) for url in asked)
    assert len([url for url in asked if not url.endswith(".svg")]) == 3
    shift = """new Promise(done => { let sum = 0; new PerformanceObserver(list => {
        for (const each of list.getEntries()) sum += each.value }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(sum), 100) })"""
    assert await page.evaluate(shift) == 0


async def test_chosen_colours_of_the_system_keep_every_border(running: Browser, base_url: str) -> None:
    """Forced colours drop backgrounds: buttons and notes must still be seen as such."""
    context = await running.new_context(forced_colors="active")
    page = await context.new_page()
    await page.goto(f"{base_url}/page/password-wrong")
    for selector in (".primary", ".note"):
        width = await page.locator(selector).first.evaluate("element => getComputedStyle(element).borderTopWidth")
        assert width == "1px"
    await context.close()
