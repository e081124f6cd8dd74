"""The demo app's pages in Chromium: accessible, narrow, in both schemes, and let through by their own policy.

Against the provider of `lying_provider`, honest here, since what is looked at is the app.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from idp.demo.relying_party import DemoClient, DemoPerson
from tests.browser.looking import faults
from tests.drivers.lying_provider import LyingProvider, lying_provider
from tests.drivers.relying_party import demo_relying_party

pytestmark = pytest.mark.browser

TARGETS = "main a, main button, main summary"
WIKI = DemoClient(
    client_id="w",
    client_secret="s",
    name="Wiki",
    slug="wiki",
    scopes=("openid", "profile", "email", "groups", "offline_access"),
    note="A confidential client that always wants two steps.",
)
PEOPLE = [
    DemoPerson(username="alice", password="x" * 40, note="Enrolled.", totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
    DemoPerson(username="bob", password="short", note="Has no second factor yet."),
]


# Colours depend on the scheme and layout on the width, so two pairs see all of both.
@pytest_asyncio.fixture(params=[("light", 320), ("dark", 1280)], ids=str)
async def page(request: pytest.FixtureRequest, running: Browser) -> AsyncIterator[Page]:
    """A page of a fresh profile, in one scheme and width."""
    scheme, width = request.param
    context = await running.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    yield await context.new_page()
    await context.close()


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[LyingProvider]:
    async with lying_provider() as one:
        yield one


@pytest_asyncio.fixture
async def base_url(provider: LyingProvider) -> AsyncIterator[str]:
    async with demo_relying_party(issuer=provider.issuer, clients=[WIKI], people=PEOPLE) as url:
        yield url


async def looked_at(page: Page, step: str) -> None:
    """The right page, without violations, without sideways scroll, with targets a finger can hit."""
    assert await page.locator("main").get_attribute("data-step") == step
    assert await faults(page, TARGETS) == []


async def press(page: Page, words: str) -> None:
    """Press the button and wait until the browser has come to rest."""
    await page.get_by_role("button", name=words, exact=True).click()
    await page.wait_for_load_state()


async def test_every_page_in_turn(page: Page, base_url: str, provider: LyingProvider) -> None:
    """Axe, 320 px, both schemes; the console stays empty, so the policy let everything through."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(f"{base_url}/")
    await looked_at(page, "demo-home")
    await press(page, "Sign in to Wiki")
    await looked_at(page, "demo-signed-in")
    provider.tokens = {"access_token": "b"}
    provider.claims = {"iat": 2_000}
    await press(page, "Refresh")
    await page.locator("summary").first.click()
    assert "Before and after the refresh" in await page.inner_text("main")
    await looked_at(page, "demo-signed-in")
    provider.answer = {"error": "interaction_required", "error_description": "second step " * 20, "code": None}
    await press(page, "Silent sign-in")
    assert "The provider needs you for a moment" in await page.inner_text("main")
    await looked_at(page, "demo-signed-in")
    await press(page, "Sign out")
    await looked_at(page, "demo-signed-out")
    assert said == []


async def test_pages_of_refusal(page: Page, base_url: str, provider: LyingProvider) -> None:
    """An unknown answer, an unknown page, and the app with a problem and nobody signed in."""
    await page.goto(f"{base_url}/wiki/callback?state=x&iss={provider.issuer}")
    await looked_at(page, "demo-problem")
    await page.goto(f"{base_url}/nowhere")
    await looked_at(page, "demo-problem")
    provider.answer = {"error": "login_required", "code": None}
    await page.goto(f"{base_url}/wiki")
    await press(page, "Silent sign-in")
    await looked_at(page, "demo-app")
    assert "Nobody is signed in at the provider" in await page.inner_text("main")
