"""The browser driver against a small site of literal pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.drivers.browser_http import Browser

OP = "http://localhost:8000"
APP = "http://127.0.0.1:8001"
FORM = """<main data-step=password><h1>Sign in</h1>
<form method=post action=/answer><input type=hidden name=csrf value=1>
<input name=username value=al><input type=password name=password><input type=checkbox name=keep value=yes>
<button name=do value=in>Sign in</button><button name=do value=out>Cancel</button></form>
<a href=/echo>Use a recovery code</a><a href=/file>Save</a></main>"""


async def start(request: Request) -> Response:
    """Set the cookies of first contact and go on to the form."""
    answer = RedirectResponse("/form", 303)
    answer.set_cookie("browser", "b", samesite="lax", httponly=True)
    answer.set_cookie("wide", "w", samesite="none")
    return answer


async def form(request: Request) -> Response:
    """The page with the form, under the policy named in the query."""
    return HTMLResponse(FORM, headers={"Referrer-Policy": request.query_params.get("policy", "same-origin")})


async def answer(request: Request) -> Response:
    """Say what came: cookies, headers of navigation, and the form."""
    sent = [list(pair) for pair in (await request.form()).multi_items()]
    wanted = ("origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")
    headers = {name: request.headers.get(name) for name in wanted}
    return JSONResponse({"form": sent, "headers": headers, "cookies": sorted(request.cookies)})


async def leave(request: Request) -> Response:
    """The page between the provider and the app."""
    target = f"{APP}/cb?code=c&amp;state=s"
    return HTMLResponse(
        f'<meta http-equiv=refresh content="0; url={target}"><main data-step=returning><h1>Returning you to App</h1>'
        f'<a href="{target}">Continue to App</a></main>'
    )


async def file(request: Request) -> Response:
    """A download."""
    return PlainTextResponse("codes", headers={"Content-Disposition": 'attachment; filename="codes.txt"'})


async def straight(request: Request) -> Response:
    """A redirect to the app."""
    return RedirectResponse(f"{APP}/cb?error=login_required", 303)


async def loop(request: Request) -> Response:
    """A redirect to itself."""
    return RedirectResponse(str(request.url), 303)


SITE = Starlette(
    routes=[
        Route("/start", start),
        Route("/form", form),
        Route("/answer", answer, methods=["GET", "POST"]),
        Route("/echo", answer),
        Route("/leave", leave),
        Route("/file", file),
        Route("/straight", straight),
        Route("/loop", loop),
    ]
)


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser whose only site is the one above."""
    async with Browser(transport=httpx2.ASGITransport(SITE)) as one:
        yield one


async def test_redirects_are_followed_and_cookies_kept(browser: Browser) -> None:
    """The tab rests on the form; the redirect stands in the trail."""
    page = await browser.open(f"{OP}/start")
    assert page.step == "password"
    assert [each.status for each in page.trail] == [303]
    assert browser.cookies == {"browser": "b", "wide": "w"}


async def test_a_form_is_sent_with_hidden_fields_and_the_pressed_button(browser: Browser) -> None:
    """Untouched fields keep their value; an unticked box is not sent."""
    page = await browser.open(f"{OP}/form")
    sent = (await page.submit(password="p")).content
    assert b'[["csrf","1"],["username","al"],["password","p"],["do","in"]]' in sent
    sent = (await page.submit(button="Cancel", csrf="9", username=None, keep=True)).content
    assert b'[["csrf","9"],["password",""],["keep","yes"],["do","out"]]' in sent


async def test_a_field_that_is_not_there_fails_with_what_is(browser: Browser) -> None:
    """A journey that stands on the wrong page must say where it stands."""
    page = await browser.open(f"{OP}/form")
    with pytest.raises(AssertionError, match=r"recovery_code.*username"):
        await page.submit(recovery_code="x")


async def test_a_form_post_carries_origin_and_fetch_metadata(browser: Browser) -> None:
    """Fetch Metadata: a form of our own page is same-origin."""
    page = await browser.open(f"{OP}/form")
    headers = (await page.submit()).json()["headers"]
    assert headers["origin"] == OP
    assert headers["referer"] == f"{OP}/form"
    assert headers["sec-fetch-site"] == "same-origin"
    assert (headers["sec-fetch-mode"], headers["sec-fetch-dest"]) == ("navigate", "document")


async def test_under_no_referrer_a_form_posts_a_null_origin(browser: Browser) -> None:
    """Fetch 3.2: the trap that makes `same-origin` the policy of our pages."""
    page = await browser.open(f"{OP}/form?policy=no-referrer")
    headers = (await page.submit()).json()["headers"]
    assert (headers["origin"], headers["referer"]) == ("null", None)


async def test_a_link_from_another_site_sends_lax_cookies_a_form_does_not(browser: Browser) -> None:
    """RFC 6265bis 5.6.7.1: Lax travels with safe top-level navigations only."""
    await browser.open(f"{OP}/start")
    followed = (await browser.follow(f"{OP}/answer", source=f"{APP}/wiki")).json()
    assert followed["cookies"] == ["browser", "wide"]
    assert followed["headers"]["sec-fetch-site"] == "cross-site"
    assert followed["headers"]["referer"] == f"{APP}/"
    posted = (await browser.cross_post(f"{OP}/answer", [("a", "1")], origin=APP)).json()
    assert posted["cookies"] == ["wide"]
    assert posted["headers"]["origin"] == APP


async def test_the_address_bar_is_nobodys_page(browser: Browser) -> None:
    """Fetch Metadata: `none`, and no Origin."""
    headers = (await browser.open(f"{OP}/echo")).json()["headers"]
    assert (headers["sec-fetch-site"], headers["origin"]) == ("none", None)


async def test_the_returning_page_is_passed_and_the_app_is_not_fetched(browser: Browser) -> None:
    """The journey ends with what the app would receive."""
    page = await browser.open(f"{OP}/leave")
    assert page.at_app
    assert page.params == {"code": "c", "state": "s"}
    assert page.trail[-1].step == "returning"
    direct = await browser.open(f"{OP}/straight")
    assert direct.at_app
    assert direct.params == {"error": "login_required"}


async def test_without_returns_the_page_stays_and_its_link_leads_on() -> None:
    """The visible link is the way of a browser that ignores refreshes."""
    async with Browser(transport=httpx2.ASGITransport(SITE), returns=False) as browser:
        page = await browser.open(f"{OP}/leave")
        assert page.step == "returning"
        assert (await page.click("Continue to App")).params["code"] == "c"


async def test_back_and_tabs(browser: Browser) -> None:
    """Back shows the earlier page; a tab shares the cookies and has its own history."""
    page = await browser.open(f"{OP}/start")
    await page.click("Use a recovery code")
    assert (await browser.back()).step == "password"
    tab = browser.tab()
    assert (await tab.open(f"{OP}/echo")).json()["cookies"] == ["browser", "wide"]
    assert browser.page.step == "password"


async def test_a_download_leaves_the_tab_where_it_is(browser: Browser) -> None:
    """The recovery codes page stays while the file is saved."""
    page = await browser.open(f"{OP}/form")
    saved = await page.click("Save")
    assert (saved.attachment, saved.content) == ("codes.txt", b"codes")
    assert browser.page is page


async def test_a_double_click_sends_the_form_twice(browser: Browser) -> None:
    """Both arrive; the second answer is shown."""
    page = await browser.open(f"{OP}/form")
    shown = await browser.double(page, username="bob")
    assert ["username", "bob"] in shown.json()["form"]
    assert browser.page is shown


async def test_a_redirect_loop_is_named(browser: Browser) -> None:
    """A browser gives up, and so does the driver."""
    with pytest.raises(AssertionError, match="more than 20 hops"):
        await browser.open(f"{OP}/loop")
