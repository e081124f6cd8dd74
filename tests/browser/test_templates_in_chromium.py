"""Every page and state in Chromium: accessible, narrow, in both schemes, let through by its policy, without JS too.

Served by `page_server` with the real headers; whole journeys stand elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.looking import LOOKS, SIDEWAYS, dress, faults_in_every_look
from tests.browser.sample_pages import CODES, VIEWS
from tests.drivers.page_server import page_server

pytestmark = pytest.mark.browser

PARTS = 4  # so that workers share the pages
# The page leaves by itself; what it looks like is seen without the refresh.
SHOWN = [name for name in VIEWS if not name.startswith("returning") and name != "signed-out-frames"]
NAME_OF = """each => each.getAttribute('aria-label') || (each.matches('select') ? '' : each.textContent.trim())
    || each.id"""
STOPS = f"""[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
    .filter(each => each.checkVisibility({{ visibilityProperty: true }}) && each.tabIndex >= 0).map({NAME_OF})"""
HERE = f"""[({NAME_OF})(document.activeElement), getComputedStyle(document.activeElement).outlineStyle,
    document.activeElement === document.body]"""
STYLED = """rules => { const sheet = new CSSStyleSheet(); sheet.replaceSync(rules);
    document.adoptedStyleSheets = [sheet] }"""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-block-end: 2em !important }"""
CLIPPED = """all => all.filter(each => each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight)
    .map(each => each.textContent)"""
TOKENS = """names => Object.fromEntries(
    names.map(name => [name, getComputedStyle(document.documentElement).getPropertyValue(name).trim()]))"""
SECOND_FACTOR_AS_READ = """
- link "Skip to the content":
  - /url: "#main"
- banner: Northwind
- main:
  - paragraph:
    - text: Signing in as
    - strong: a•••@e•••.com
    - text: to continue to Wiki
  - button "Not you?"
  - heading "Enter the 6-digit code from your authenticator app" [level=1]
  - paragraph:
    - text: Look for
    - strong: Northwind (a•••@e•••.com)
    - text: in your app.
  - textbox "Enter the 6-digit code from your authenticator app"
  - button "Continue"
  - group: I cannot use my app
  - button "Cancel and return to Wiki"
- contentinfo:
  - paragraph:
    - text: "Help signing in: ask"
    - link "help@example.org":
      - /url: mailto:help@example.org
"""


@pytest_asyncio.fixture(scope="module")
async def base_url() -> AsyncIterator[str]:
    async with page_server(VIEWS) as url:
        yield url


def contrast(one: str, other: str) -> float:
    """The ratio of two colours written in hex (WCAG 2.2, relative luminance)."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_page_is_accessible(page: Page, base_url: str, part: int) -> None:
    """WCAG 2.2 AA by axe, no sideways scroll, targets of 44 px; light and dark, phone and desktop, all unfolded."""
    found: list[str] = []
    for name in SHOWN[part::PARTS]:
        await page.goto(f"{base_url}/page/{name}")
        found += await faults_in_every_look(page, name)
    assert found == []


async def test_lines_that_carry_meaning_are_seen(page: Page, base_url: str) -> None:
    """WCAG 1.4.11: borders of controls and the focus ring stand out at 3:1 from what is beside them."""
    await page.goto(f"{base_url}/page/password")
    for scheme, size in LOOKS:
        await dress(page, scheme, size)
        tokens = await page.evaluate(TOKENS, ["--control", "--ring", "--surface", "--bg", "--danger", "--accent"])
        for line in ("--control", "--ring", "--danger", "--accent"):
            for ground in ("--surface", "--bg"):
                assert contrast(tokens[line], tokens[ground]) >= 3, (scheme, line, ground)


async def test_text_may_be_spaced_out_on_a_small_screen(page: Page, base_url: str) -> None:
    """WCAG 1.4.10, 1.4.12: 1280 px at 400 %, with the spacing that some readers need."""
    await page.set_viewport_size({"width": 320, "height": 256})
    for name in SHOWN:
        await page.goto(f"{base_url}/page/{name}")
        await page.evaluate(STYLED, SPACED)
        assert not await page.evaluate(SIDEWAYS), name
        assert await page.locator("main button:visible, main a.button").evaluate_all(CLIPPED) == [], name


async def test_text_may_be_twice_as_large(page: Page, context: BrowserContext, base_url: str) -> None:
    """WCAG 1.4.4: the browser's own font size doubled, on half a desktop."""
    await page.set_viewport_size({"width": 640, "height": 512})
    session = await context.new_cdp_session(page)
    await session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    for name in SHOWN:
        await page.goto(f"{base_url}/page/{name}")
        assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        assert not await page.evaluate(SIDEWAYS), name


async def test_right_to_left_mirrors_the_page_and_leaves_codes_alone(page: Page, base_url: str) -> None:
    """Logical properties only; codes, keys and addresses keep their direction."""
    await page.set_viewport_size({"width": 320, "height": 640})
    for name in SHOWN:
        await page.goto(f"{base_url}/page/{name}")
        await page.evaluate("document.documentElement.dir = 'rtl'")
        assert not await page.evaluate(SIDEWAYS), name
        directions = await page.locator("main bdi, main code:not(:has(bdi)), input.code").evaluate_all(
            "all => all.map(each => getComputedStyle(each).direction)"
        )
        assert set(directions) <= {"ltr"}, name


async def test_the_keyboard_reads_every_page_in_order(page: Page, base_url: str) -> None:
    """WCAG 2.4.3, 2.4.7: the skip link first, then all that can be used, as it is read; each stop shows a ring."""
    for name in SHOWN:
        await page.goto(f"{base_url}/page/{name}")
        expected = await page.evaluate(STOPS)
        assert expected[0] == "Skip to the content", name
        met: list[str] = []
        while len(met) < len(expected):  # once around, past the place between last and first where there is one
            await page.keyboard.press("Tab")
            stop, ring, nowhere = await page.evaluate(HERE)
            if not nowhere:
                met.append(stop)
                assert ring == "solid", f"{name}: {stop}"
        start = met.index(expected[0])
        assert met[start:] + met[:start] == expected, name


async def test_what_a_screen_reader_says(page: Page, base_url: str) -> None:
    """The names make sense out of context."""
    await page.goto(f"{base_url}/page/second-factor")
    assert await page.locator("body").aria_snapshot() == SECOND_FACTOR_AS_READ.strip()


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
    assert await page.locator(".codes code").evaluate_all("all => all.map(each => each.getClientRects().length)") == [
        1
    ] * len(CODES)
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


async def test_chosen_colours_of_the_system_keep_every_border(running: Browser, base_url: str) -> None:
    """Forced colours drop backgrounds: buttons and notes must still be seen as such."""
    context = await running.new_context(forced_colors="active")
    page = await context.new_page()
    await page.goto(f"{base_url}/page/password-wrong")
    for selector in (".primary", ".note"):
        width = await page.locator(selector).first.evaluate("element => getComputedStyle(element).borderTopWidth")
        assert width == "1px"
    await context.close()
