"""POST /authorize: a form on the app's own site, which carries no Lax cookie (OIDC Core 3.1.2.1)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import password_is_enough, sign_in

APP_ORIGIN = "https://app.example.org"


async def post(app: AuthlibClient, browser: Browser, **parameters: str) -> Page:
    """The app's page posts the request."""
    url = urlsplit(await app.authorization_url(**parameters))
    target = url._replace(query="").geturl()
    return await browser.cross_post(target, parse_qsl(url.query), origin=APP_ORIGIN)


async def test_a_posted_request_is_bound_to_the_browser_that_follows(provider: Provider, browser: Browser) -> None:
    """The POST sets no cookie; the GET that follows binds it and the sign-in goes on as any other."""
    wiki, alice = await provider.app(), await provider.person()
    page = await post(wiki, browser)
    assert page.step == "password"
    first = page.trail[0]
    assert (first.method, first.status) == ("POST", 303)
    assert "set-cookie" not in first.headers
    assert page.trail[1].url.partition("?")[0].endswith("/begin")
    page = await alice.sign_in(page)
    assert (await wiki.exchange(page.url)).claims["acr"] == "2fa"


async def test_it_is_bound_once(provider: Provider, browser: Browser) -> None:
    """A second browser that gets hold of the address cannot bind it, nor use it."""
    wiki = await provider.app()
    page = await post(wiki, browser)
    begin = page.trail[1].url
    async with Browser() as thief:
        stolen = await thief.open(begin)
        assert stolen.step in {"error", "cookies"}
        assert not stolen.fields
        assert "set-cookie" not in stolen.trail[0].headers
    assert (await page.reload()).step == "password"
    assert (await browser.open(begin)).step == "password"


async def test_it_must_be_followed_in_time(provider: Provider, browser: Browser) -> None:
    """An Interaction lives 30 minutes, bound or not."""
    wiki = await provider.app()
    browser.returns = False
    url = urlsplit(await wiki.authorization_url())
    async with Browser(visits=[f"{url.scheme}://{url.netloc}"]) as raw:
        answer = await raw.client.post(
            url._replace(query="").geturl(), data=dict(parse_qsl(url.query)), follow_redirects=False
        )
    provider.clock.advance(minutes=31)
    page = await browser.open(answer.headers["location"])
    assert page.step in {"error", "cookies"}


async def test_the_session_counts_once_the_browser_is_back(provider: Provider, browser: Browser) -> None:
    """Single sign-on works for a posted request as well: the GET that follows carries the session."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    page = await post(wiki, browser)
    assert page.at_app
    assert (await wiki.exchange(page.url)).claims["amr"] == ["pwd"]


async def test_a_request_held_back_makes_no_proof_younger(provider: Provider, browser: Browser) -> None:
    """A-13, OIDC Core 3.1.2.1: max_age is judged when the browser is there, however long ago the form was posted."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    provider.clock.advance(seconds=1)
    begin = await _posted(wiki, max_age="600", prompt="none")
    provider.clock.advance(seconds=599)
    assert "code" in (await browser.open(await _posted(wiki, max_age="600", prompt="none"))).params
    provider.clock.advance(seconds=2)
    assert (await browser.open(begin)).params["error"] == "login_required"


async def test_a_silent_request_by_post_shows_no_page(provider: Provider, browser: Browser) -> None:
    """A-14: never HTML, whether somebody is signed in or not; redirects alone, as a frame or a fetch would follow."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    page = await post(wiki, browser, prompt="none")
    assert page.params["error"] == "login_required"
    assert [each.status for each in page.trail] == [303, 303]
    await sign_in(wiki, alice, browser)
    page = await post(wiki, browser, prompt="none")
    assert (await wiki.exchange(page.url)).claims["amr"] == ["pwd"]
    assert [each.status for each in page.trail] == [303, 303]


async def test_a_fault_of_a_posted_request_leaves_by_the_returning_page(provider: Provider, browser: Browser) -> None:
    """O-09: whatever leaves for the app after a POST is the 200 page; error, state and iss are there (O-06, O-08)."""
    wiki = await provider.app()
    page = await post(wiki, browser, prompt="none login", state="s 1")
    assert page.at_app
    assert page.trail[-1].step == "returning"
    assert page.params["error"] == "invalid_request"
    assert (page.params["state"], page.params["iss"]) == ("s 1", str(provider.issuer))


async def test_the_address_after_binding_comes_from_the_issuer(provider: Provider, browser: Browser) -> None:
    """No address is made from `Host`."""
    wiki = await provider.app()
    page = await post(wiki, browser)
    begin = (await _posted(wiki)).partition(str(provider.issuer))[2]
    async with Browser() as raw:
        answer = await raw.client.get(str(provider.issuer) + begin, headers={"Host": "evil.example"})
        assert answer.headers["location"].startswith(str(provider.issuer))
    assert page.step == "password"


async def _posted(app: AuthlibClient, **parameters: str) -> str:
    url = urlsplit(await app.authorization_url(**parameters))
    async with Browser() as raw:
        answer = await raw.client.post(url._replace(query="").geturl(), data=dict(parse_qsl(url.query)))
        return str(answer.headers["location"])
