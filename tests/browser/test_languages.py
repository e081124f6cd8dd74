"""Every page on a small phone in German, in a longer language and from right to left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Page

from idp.words.speech import Speech, languages
from tests.browser.looking import SIDEWAYS
from tests.drivers.languages import longer, made_of, mirrored, sample_views
from tests.drivers.page_server import page_server

pytestmark = pytest.mark.browser

SPOKEN = {
    "german": Speech(language=languages()["de"]),
    "longer": made_of(longer, "en"),
    "mirrored": made_of(mirrored, "ar", rtl=True),
}
CLIPPED = """all => all.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.textContent)"""
DIRECTIONS = "all => all.filter(each => getComputedStyle(each).direction != 'ltr').map(each => each.outerHTML)"
LEFT_TO_RIGHT = "main bdi[dir], main code:not(:has(bdi)), input.code"


class Site(NamedTuple):
    """Where the pages stand, and in what language."""

    url: str
    speech: Speech
    names: tuple[str, ...]


@pytest_asyncio.fixture(scope="module", params=SPOKEN)
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    speech = SPOKEN[request.param]
    views = sample_views(speech)
    # The page leaves by itself.
    names = tuple(name for name in views if not name.startswith("returning") and name != "signed-out-frames")
    async with page_server(views, speech) as url:
        yield Site(url=url, speech=speech, names=names)


async def test_nothing_is_wider_than_a_small_phone(page: Page, site: Site) -> None:
    """No sideways scroll at 320 px, no button whose words are cut; everything unfolded."""
    await page.set_viewport_size({"width": 320, "height": 640})
    wrong: list[str] = []
    for name in site.names:
        await page.goto(f"{site.url}/page/{name}")
        await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        if await page.evaluate(SIDEWAYS):
            wrong.append(f"{name} scrolls sideways")
        wrong += [f"{name}: {words}" for words in await page.locator("main button:visible").evaluate_all(CLIPPED)]
    assert wrong == []


async def test_the_page_says_its_language_and_codes_keep_their_direction(page: Page, site: Site) -> None:
    language = site.speech.language
    for name in site.names:
        await page.goto(f"{site.url}/page/{name}")
        root = page.locator("html")
        assert (await root.get_attribute("lang"), await root.get_attribute("dir")) == (
            language.tag,
            language.direction,
        )
        assert await page.locator(LEFT_TO_RIGHT).evaluate_all(DIRECTIONS) == [], name
