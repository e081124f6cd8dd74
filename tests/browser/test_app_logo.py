"""An app's logo, privacy policy and terms on its pages, as Chromium shows them, and no harm where there are none."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Page, Route, expect

from idp.oidc.client_metadata import FurtherMetadata
from idp.usecases import configuration
from idp.usecases.clients import Metadata
from tests.browser.looking import LOOKS, dress
from tests.browser.profiles import Profiles
from tests.browser.sample_pages import VIEWS
from tests.browser.visitor import Mouse
from tests.drivers.page_server import page_server
from tests.drivers.provider import Provider
from tests.drivers.strange_server import page as answered
from tests.drivers.strange_server import strange_server
from tests.drivers.tls_authority import Authority

pytestmark = pytest.mark.browser

PAGES = ("password-branded", "consent-branded")
HEIGHTS = "() => [...document.querySelectorAll('main h1, main form')].map(each => each.getBoundingClientRect().y)"


@pytest_asyncio.fixture(scope="module")
async def base_url() -> AsyncIterator[str]:
    async with page_server(VIEWS) as url:
        yield url


def red(width: int = 120, height: int = 60) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), (200, 0, 0)).save(written, "PNG")
    return written.getvalue()


async def show_logo(page: Page, octets: bytes | None) -> None:
    """What the provider answers for it; None is 404."""

    async def answer(route: Route) -> None:
        await route.fulfill(status=200 if octets else 404, body=octets or b"", content_type="image/png")

    await page.route("**/logo/**", answer)


@pytest.mark.parametrize("name", PAGES)
async def test_the_logo_stands_beside_the_name_of_the_app(page: Page, base_url: str, name: str) -> None:
    await show_logo(page, red())
    for scheme, size in LOOKS:
        await dress(page, scheme, size)
        await page.goto(f"{base_url}/page/{name}")
        logo = page.locator("main img.tile")
        assert await logo.evaluate("element => element.naturalWidth") == 120
        seen = Image.open(io.BytesIO(await logo.screenshot())).convert("RGB")
        middle, above = (seen.width // 2, seen.height // 2), (seen.width // 2, 3)
        assert seen.getpixel(middle) == (200, 0, 0), (scheme, size)
        assert seen.getpixel(above) == (255, 255, 255), (scheme, size)  # its whole shape, on white
        await expect(logo).to_have_attribute("alt", "")


@pytest.mark.parametrize("name", PAGES)
async def test_nothing_moves_however_late_the_logo_is_or_never(page: Page, base_url: str, name: str) -> None:
    await show_logo(page, red(width=600))
    await page.goto(f"{base_url}/page/{name}")
    with_logo = await page.evaluate(HEIGHTS)
    await page.unroute("**/logo/**")
    await show_logo(page, None)
    await page.goto(f"{base_url}/page/{name}")
    assert await page.evaluate(HEIGHTS) == with_logo


@pytest.mark.parametrize("name", PAGES)
async def test_policy_and_terms_open_beside_the_page(page: Page, base_url: str, name: str) -> None:
    """In a tab of their own: what was typed stays, and the other page learns nothing of this one."""
    await page.goto(f"{base_url}/page/{name}")
    for words, url in (
        ("Privacy policy", "https://wiki.example.org/privacy?lang=en&v=2"),
        ("Terms of service", "https://wiki.example.org/terms"),
    ):
        link = page.get_by_role("link", name=f"{words} (opens in a new tab)")
        await expect(link).to_have_attribute("href", url)
        await expect(link).to_have_attribute("target", "_blank")
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        for scheme, size in LOOKS:
            await dress(page, scheme, size)
            box = await link.bounding_box()
            assert box is not None
            assert box["height"] >= 44


async def test_a_page_of_an_app_without_them_says_nothing(page: Page, base_url: str) -> None:
    await page.goto(f"{base_url}/page/password")
    assert await page.locator("main img, main .tile, main .terms").count() == 0


async def test_a_sign_in_shows_them_and_asks_nobody_but_us(
    profiles: Profiles, provider: Provider, authority: Authority
) -> None:
    """The whole way: registered, fetched from the app's server, seen under the policy of the real page."""
    async with strange_server(authority.leaf(name="strange")) as app:
        app.pages["/logo.png"] = answered(red(), "image/png")
        async with provider.unit() as made:
            await configuration.change(made, "fetch_hosts", [app.authority])
        further = FurtherMetadata(
            logo_uri=app.url("/logo.png"), policy_uri=app.url("/privacy"), tos_uri=app.url("/terms")
        )
        wiki = await provider.app("wiki", metadata=Metadata(further=further))
        context = await profiles.new()
        alice = Mouse(page=await context.new_page(), person=await provider.person())
        await alice.page.goto(await wiki.authorization_url())
        await alice.sign_in(until="enrolment")
        await alice.sign_in(until="consent")
        assert await alice.step() == "consent"
        assert await alice.page.locator("main img.tile").evaluate("each => each.naturalWidth") == 120
        for words, path in (("Privacy policy", "/privacy"), ("Terms of service", "/terms")):
            await expect(alice.page.get_by_role("link", name=words)).to_have_attribute("href", app.url(path))
        asked = {request.url for request in profiles.requests}
        assert [url for url in asked if "/logo/wiki" in url]
        assert [url for url in asked if not url.startswith(provider.issuer)] == []
        assert len(app.requests) == 1
