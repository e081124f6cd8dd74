"""What a sign-in costs and gives away: bytes, requests, hosts, and where secrets must never stand."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from urllib.parse import unquote, urlsplit

import pytest
from playwright.async_api import Page

from idp.web import static
from tests.browser.apps import Apps
from tests.browser.profiles import Profiles
from tests.browser.sample_pages import VIEWS
from tests.browser.visitor import Mouse
from tests.drivers.page_server import page_server
from tests.drivers.provider import Provider

pytestmark = pytest.mark.browser

KIB = 1024
SIGN_IN_PAGES = ("password", "password-wrong", "second-factor", "recovery", "enrolment", "recovery-codes", "consent")
SHIFT = """new Promise(done => { let sum = 0; new PerformanceObserver(list => {
    for (const each of list.getEntries()) sum += each.value }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 100) })"""
# 400 kbit/s with the delay of a mobile network
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


@pytest.fixture
async def base_url(profiles: Profiles) -> AsyncIterator[str]:
    """Every sample page, with the real headers."""
    async with page_server(VIEWS) as url:
        yield url
        await profiles.close()


@pytest.mark.parametrize(("name", "raw", "packed"), [("app.css", 16, 5), ("app.js", 10, 4), ("keys.js", 4, 1.5)])
def test_stylesheet_and_script_stay_small(name: str, raw: int, packed: float) -> None:
    """In KiB."""
    asset = static.assets()[static.path_of(name).removeprefix(static.PREFIX)]
    assert len(asset.body) <= raw * KIB
    assert len(asset.compressed) <= packed * KIB


async def test_a_sign_in_page_is_four_requests_under_14_kib(page: Page, profiles: Profiles, base_url: str) -> None:
    """One round trip of a fresh connection holds page and stylesheet; the two scripts come after; all from here."""
    answer = await page.goto(f"{base_url}/page/password")
    assert answer is not None
    stylesheet = static.assets()[static.path_of("app.css").removeprefix(static.PREFIX)]
    assert len(gzip.compress(await answer.body())) + len(stylesheet.compressed) < 14 * KIB
    asked = [each.url for each in profiles.requests if not each.url.endswith(".svg")]
    assert len(asked) == 4
    assert all(url.startswith(base_url) for url in asked)


async def test_nothing_moves_on_a_slow_connection(profiles: Profiles, base_url: str) -> None:
    """A cold cache at 400 kbit/s."""
    for name in SIGN_IN_PAGES:
        context = await profiles.new()
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", SLOW)
        await page.goto(f"{base_url}/page/{name}")
        assert await page.evaluate(SHIFT) == 0, name


async def test_no_secret_stands_where_others_read_it(
    page: Page, profiles: Profiles, provider: Provider, apps: Apps
) -> None:
    """Not in an address, a referrer or a hidden field; and nobody is asked but provider and app."""
    alice = Mouse(page=page, person=await provider.person())
    hidden: list[str] = []
    typed = [alice.person.password]
    await alice.open_app(apps.wiki)
    while (step := await alice.step()) != "demo-signed-in":
        hidden += await page.locator("input[type=hidden]").evaluate_all("all => all.map(each => each.value)")
        await alice.answer()
        if step == "enrolment":
            assert alice.person.secret is not None
            typed.append(alice.person.secret)
    typed += alice.person.recovery_codes
    requests = list(profiles.requests)
    assert {urlsplit(each.url).hostname for each in requests} == {"localhost", "127.0.0.1"}
    referrers = [(await each.all_headers()).get("referer", "") for each in requests]
    public = [unquote(each) for each in (*(each.url for each in requests), *referrers, *hidden)]
    assert [text for text in public for secret in typed if secret in text] == []
    # The app's own requests and the provider's pages: neither learns where in the other one came from.
    crossed = [
        (each.url, referrer)
        for each, referrer in zip(requests, referrers, strict=True)
        if referrer and urlsplit(referrer).netloc != urlsplit(each.url).netloc
    ]
    assert crossed == []


async def test_every_page_of_a_sign_in_is_stored_nowhere(page: Page, provider: Provider, apps: Apps) -> None:
    """`no-store`, and the strict policy, on every answer of the provider that is no file."""
    found: list[tuple[str, str, str]] = []

    def note(headers: dict[str, str], url: str) -> None:
        if url.startswith(str(provider.issuer)) and "/static/" not in url:
            found.append((url, headers.get("cache-control", ""), headers.get("content-security-policy", "")))

    page.on("response", lambda response: note(response.headers, response.url))
    alice = Mouse(page=page, person=await provider.person())
    await alice.open_app(apps.wiki)
    await alice.sign_in()
    assert len(found) > 8
    assert [url for url, cached, _ in found if cached != "no-store"] == []
    assert [url for url, _, policy in found if "unsafe" in policy] == []
