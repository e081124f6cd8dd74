"""What must hold of any page as it is shown: axe finds nothing, nothing scrolls sideways, targets are large enough."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.profiles import DESKTOP, PHONE

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """tags => axe.run({ runOnly: { type: "tag", values: tags }, resultTypes: ["violations", "incomplete"] })
    .then(found => [...found.violations, ...found.incomplete].map(each => `${each.id} ${each.nodes[0].html}`))"""
SMALLEST_TARGET = 44  # px
# A link inside a sentence is exempt; what stands alone must be hit by a finger.
TARGETS = (
    "main button:visible, main summary, a.button, a.alone, .ways > li > a, main input:not([type=checkbox]):visible"
)
SMALL = """(all, least) => all.filter(each => each.getBoundingClientRect().height < least)
    .map(each => `too small ${each.outerHTML}`)"""
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
LOOKS: tuple[tuple[str, dict[str, int]], ...] = (
    ("light", PHONE),
    ("dark", PHONE),
    ("light", DESKTOP),
    ("dark", DESKTOP),
)


async def faults(page: Page, targets: str = TARGETS) -> list[str]:
    """What is wrong with the page as it is now."""
    if await page.evaluate("typeof axe") == "undefined":
        await page.evaluate(Axe().axe_script)
    found: list[str] = await page.evaluate(RUN_AXE, TAGS)
    if await page.evaluate(SIDEWAYS):
        found.append("scrolls sideways")
    return found + list(await page.locator(targets).evaluate_all(SMALL, SMALLEST_TARGET))


async def faults_in_every_look(page: Page, name: str, targets: str = TARGETS) -> list[str]:
    """The same in light and dark, on a phone and on a desktop, everything unfolded."""
    await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    found = []
    for scheme, size in LOOKS:
        await dress(page, scheme, size)
        found += [f"{name} {scheme} {size['width']}: {fault}" for fault in await faults(page, targets)]
    return found


async def dress(page: Page, scheme: Any, size: Any) -> None:  # noqa: ANN401 - Playwright's own literals
    """Another colour scheme and size, at once: fading colours would be measured half-way."""
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.set_viewport_size(size)
