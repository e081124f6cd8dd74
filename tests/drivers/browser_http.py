"""A browser without scripts, for journeys over HTTP: cookies, redirects, forms, and the headers Chromium sends.

    async with Browser() as browser:
        page = await browser.open(authorization_url)        # follows the 303s to the first step
        assert page.step == "password"                      # <main data-step>
        page = await page.submit(username="alice", password=secret)   # hidden fields go along
        page = await page.submit(code=app_code)
        if page.step == "consent":
            page = await page.submit(button="Allow")
        assert page.at_app                                  # the app's redirect_uri, which is not fetched
        code = page.params["code"]

- A `Page` knows its browser: `page.submit(...)`, `page.click("words of a link or button")`, `page.reload()`. An old
  page can still be used, as one left open in a second tab or reached by Back: that is how stale forms are tested.
- `page.fields["code"].attrs["inputmode"]`, `page.step`, `page.heading`, `page.alerts`, `page.text`, `page.codes`,
  `page.links`, `page.has("words")`, `page.status`, `page.headers` tell what is shown.
- The "Returning you to App" page (`meta refresh` 0) is passed at once, as a browser does; `page.trail` holds it and
  every redirect on the way. `Browser(returns=False)` stays on it.
- Only the origin opened first is visited, and those named in `visits`; any other address ends the navigation with
  `page.at_app`. To travel through a real relying app: `Browser(visits=[rp_origin])`.
- `browser.tab()` is a second tab (same cookies), `Browser()` another person. `await browser.back()` goes back,
  `await browser.cross_post(url, fields, origin=...)` is a form on somebody else's site.
- `await browser.double(page, code=...)` submits twice at the same time and shows the second answer.
- Over TLS: `Browser(trust=authority.trusting())`.
- A download (`Content-Disposition: attachment`) is returned, and the tab stays where it was.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2

from tests.drivers.navigation import Initiator, Site, headers_for, is_sent, origin_of, site_between, widest
from tests.drivers.page import FormValue, Page
from tests.drivers.parsed_html import Document

MOST_HOPS = 20  # Chromium gives up after as many redirects.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
Pairs = Sequence[tuple[str, str]]


class Browser:
    """One tab of one browser. The module's docstring shows its use."""

    def __init__(
        self,
        *,
        visits: Iterable[str] = (),
        returns: bool = True,
        language: str = "en",
        user_agent: str = USER_AGENT,
        transport: httpx2.AsyncBaseTransport | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        headers = {"User-Agent": user_agent, "Accept": ACCEPT, "Accept-Language": language}
        self.client = httpx2.AsyncClient(
            headers=headers, transport=transport, trust_env=False, timeout=60.0, verify=trust or True
        )
        self.returns = returns
        self.history: list[Page] = []
        self.visits = {origin_of(each) for each in visits}
        self.is_tab = False

    async def __aenter__(self) -> Self:
        """Give the browser itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close its connections; a tab leaves them to the browser it came from."""
        if not self.is_tab:
            await self.client.aclose()

    @property
    def page(self) -> Page:
        """What the tab shows now."""
        assert self.history, "nothing was opened yet"
        return self.history[-1]

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies kept, by name, whatever their site."""
        return {each.name: each.value or "" for each in self.client.cookies.jar}

    def forget_cookies(self, *names: str) -> None:
        """Drop the named cookies, or all of them."""
        jar = self.client.cookies.jar
        for each in list(jar):
            if not names or each.name in names:
                jar.clear(each.domain, each.path, each.name)

    def tab(self) -> Browser:
        """A new tab: the same cookies, a history of its own."""
        other = copy(self)
        other.history = []
        other.is_tab = True
        return other

    async def open(self, url: str) -> Page:
        """Type the address, or follow a bookmark: no page started it (Sec-Fetch-Site: none)."""
        if not self.history:
            self.visits.add(origin_of(url))
        return await self.go("GET", url, initiator=None)

    async def follow(self, url: str, *, source: str) -> Page:
        """Follow a link or redirect that a page of another site, `source`, gave."""
        if not self.history:
            self.visits.add(origin_of(url))
        return await self.go("GET", url, initiator=Initiator(url=source))

    async def cross_post(self, url: str, fields: Pairs, *, origin: str) -> Page:
        """Submit a form that stands on a page of another site. Lax cookies stay at home."""
        if not self.history:
            self.visits.add(origin_of(url))
        return await self.go("POST", url, initiator=Initiator(url=origin + "/"), pairs=fields)

    async def back(self) -> Page:
        """Show the previous page again, asked for anew since our pages are `no-store`."""
        assert len(self.history) > 1, "there is no page to go back to"
        self.history.pop()
        earlier = self.history.pop()
        assert earlier.method == "GET", f"Back to {earlier!r} would ask to send the form again"
        return await self.go("GET", earlier.url, initiator=None)

    async def double(self, page: Page, *, button: str = "", **values: FormValue) -> Page:
        """Submit the page's form twice at once; the tab shows the answer to the second, as after a double click."""
        shown = [replace(page, browser=each) for each in (self.tab(), self)]
        first, second = await asyncio.gather(*(each.submit(button=button, **values) for each in shown))
        assert first.status < 500, f"the first of two submissions failed: {first!r}"
        return second

    async def go(self, method: str, url: str, *, initiator: Initiator | None, pairs: Pairs = ()) -> Page:
        """Navigate, and follow redirects and the returning page to where the tab comes to rest."""
        if method == "GET" and pairs:
            url, pairs = f"{url.partition('?')[0]}?{urlencode(pairs)}", ()
        trail: list[Page] = []
        sites: list[Site] = []
        while len(trail) <= MOST_HOPS:
            if origin_of(url) not in self.visits:
                return self._rest(_departure(self, url), trail)
            sites.append(site_between(initiator.url, url) if initiator else "none")
            page = await self._fetch(method, url, initiator, widest(sites), pairs)
            onward = self._onward(page)
            if not onward:
                return self._rest(page, trail)
            trail.append(page)
            if page.status < 300:  # A refresh is a navigation of its own, started by the page shown.
                initiator, sites = page.initiator, []
            if page.status not in (307, 308):
                method, pairs = "GET", ()
            url = urljoin(url, onward)
        raise AssertionError(f"more than {MOST_HOPS} hops: {[each.url for each in trail]}")

    async def _fetch(self, method: str, url: str, initiator: Initiator | None, site: Site, pairs: Pairs) -> Page:
        headers = headers_for(method, url, initiator, site)
        body = urlencode(list(pairs)).encode() if method == "POST" else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        request = self.client.build_request(method, url.partition("#")[0], headers=headers, content=body)
        request.headers.pop("Cookie", None)
        allowed = httpx2.Cookies()
        for each in self.client.cookies.jar:
            if is_sent(each, method, site):
                allowed.jar.set_cookie(each)
        allowed.set_cookie_header(request)
        response = await self.client.send(request, follow_redirects=False)
        is_html = response.headers.get("content-type", "").startswith("text/html")
        return Page(
            browser=self,
            method=method,
            url=url,
            status=response.status_code,
            headers=response.headers,
            content=response.content,
            document=Document(response.text if is_html else ""),
        )

    def _onward(self, page: Page) -> str:
        if page.status in (301, 302, 303, 307, 308):
            assert "location" in page.headers, f"a redirect without an address: {page!r}"
            return page.headers["location"]
        return page.document.refresh if self.returns and page.status < 300 else ""

    def _rest(self, page: Page, trail: list[Page]) -> Page:
        resting = replace(page, trail=tuple(trail))
        if not resting.attachment:
            self.history.append(resting)
        return resting


def _departure(browser: Browser, url: str) -> Page:
    """The page of an app that is not visited: an address, and nothing else."""
    assert urlsplit(url).scheme, f"not an address: {url!r}"
    return Page(
        browser=browser,
        method="GET",
        url=url,
        status=0,
        headers=httpx2.Headers(),
        content=b"",
        document=Document(""),
        at_app=True,
    )
