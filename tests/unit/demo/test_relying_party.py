"""The demo relying app over HTTP, as far as it goes without a provider; its sign-ins stand with the journeys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from idp.demo.pages import Pages
from idp.demo.relying_party import DemoClient, DemoPerson, create_relying_party
from idp.demo.visitors import Problem, SignedIn, Tokens
from tests.drivers.browser_http import Browser
from tests.drivers.parsed_html import Document

BASE = "http://127.0.0.1:8001"
DEAD = "http://localhost:9"  # nothing listens there
NOW = datetime(2031, 3, 5, 12, 0, tzinfo=UTC)
WIKI = DemoClient(
    client_id="wiki-1", client_secret="canary", name="Wiki", slug="wiki", scopes=("openid", "email"), note="Two steps."
)
PHONE_BOOK = DemoClient(
    client_id="pb", client_secret=None, name="Phone <book>", slug="phone-book", scopes=("openid",), note="Public."
)
PEOPLE = [
    DemoPerson(
        username="alice", password="<b>pass</b>", note="Has an app.", totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    ),
    DemoPerson(username="bob", password="bobs-password", note="Has none."),
]


@pytest.fixture
def app() -> Starlette:
    return create_relying_party(
        issuer=DEAD, base_url=BASE, clients=[WIKI, PHONE_BOOK], session_secret="s", people=PEOPLE
    )


@pytest_asyncio.fixture
async def browser(app: Starlette) -> AsyncIterator[Browser]:
    async with Browser(transport=httpx2.ASGITransport(app)) as one:
        yield one


async def test_the_provider_tells_it_of_a_sign_out_in_a_frame(app: Starlette) -> None:
    """Front-Channel Logout 1.0 2: by iss and sid, without a cookie; framed by the provider and nobody else."""
    visitors = app.state.party.visitors
    alice, bob = visitors.find(None), visitors.find(None)
    for visitor, sid in ((alice, "one"), (bob, "two")):
        visitors.keep(visitor)
        visitor.signed_in = {"wiki": signed_in(sid=sid), "phone-book": signed_in(sid=sid)}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as http:
        for said in ({"iss": "https://evil.example", "sid": "one"}, {"iss": DEAD}, {}, {"iss": DEAD, "sid": "three"}):
            await http.get("/wiki/front-channel-logout", params=said)
        assert alice.signed_in.keys() == bob.signed_in.keys() == {"wiki", "phone-book"}
        answer = await http.get("/wiki/front-channel-logout", params={"iss": DEAD, "sid": "one"})
    assert (alice.signed_in.keys(), bob.signed_in.keys()) == ({"phone-book"}, {"wiki", "phone-book"})
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == f"default-src 'none'; frame-ancestors {DEAD}"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


def signed_in(**claims: object) -> SignedIn:
    tokens = Tokens(
        id_token="x.y.z",
        id_claims={"iss": DEAD, "sub": "s1", "amr": ["pwd", "otp", "mfa"], "acr": "2fa", **claims},
        refresh_token="refresh-canary",
        token_type="Bearer",
        scope="openid email",
        expires_at=NOW,
    )
    return SignedIn(tokens=tokens, userinfo={"sub": "s1", "name": "<script>alert(1)</script>"})


def test_the_addresses_to_register() -> None:
    """One folder for each client."""
    assert WIKI.redirect_uri(BASE) == f"{BASE}/wiki/callback"
    assert WIKI.post_logout_redirect_uri(BASE) == f"{BASE}/wiki/signed-out"
    assert WIKI.initiate_login_uri(BASE) == f"{BASE}/wiki/initiate"


def test_secrets_stay_out_of_prints() -> None:
    """The demo prints its set-up."""
    assert "canary" not in repr(WIKI)
    assert "pass" not in repr(PEOPLE[0]).replace("password", "")


async def test_home_shows_people_and_apps_and_escapes(browser: Browser) -> None:
    """The password of a demo is there to be copied, never to be run."""
    page = await browser.open(f"{BASE}/")
    assert page.step == "demo-home"
    assert "<b>pass</b>" in page.codes
    assert "<b>pass</b>" not in page.html
    assert page.has("Sign in to Wiki")
    assert page.has("Sign in to Phone <book>")
    assert "canary" not in page.html


async def test_an_enrolled_person_comes_with_a_code_of_this_moment(browser: Browser) -> None:
    """So that the demo can be tried without a phone; the others have nothing to show."""
    page = await browser.open(f"{BASE}/")
    codes = [each for each in page.codes if each.isdigit()]
    assert [len(each) for each in codes] == [6]


@pytest.mark.parametrize("path", ["/", "/wiki", "/wiki/signed-out", "/wiki/callback?state=x", "/nowhere"])
async def test_every_page_forbids_scripts_frames_and_caches(browser: Browser, path: str) -> None:
    """`form-action` names the provider, since Chromium checks the whole redirect chain."""
    page = await browser.open(BASE + path)
    assert page.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {DEAD}"
    )
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "<script" not in page.html
    assert "style=" not in page.html


async def test_the_stylesheet_and_icon_are_served(browser: Browser) -> None:
    """Both are named in every page."""
    assert (await browser.open(f"{BASE}/style.css")).headers["content-type"].startswith("text/css")
    assert (await browser.open(f"{BASE}/icon.svg")).headers["content-type"] == "image/svg+xml"


async def test_an_unreachable_provider_is_told_calmly(browser: Browser) -> None:
    """The person stays at the app and can try again; reloading repeats nothing."""
    page = await browser.open(f"{BASE}/")
    page = await page.click("Sign in to Wiki")
    assert (page.status, page.step, page.url) == (200, "demo-app", f"{BASE}/wiki")
    assert "The provider does not answer" in page.text
    assert page.has("Sign in to Wiki")
    assert "The provider does not answer" in (await page.reload()).text


async def test_an_answer_without_a_matching_state_is_not_used(browser: Browser) -> None:
    """RFC 6749 10.12: not even its error is believed."""
    page = await browser.open(f"{BASE}/wiki/callback?error=access_denied&state=forged&iss={DEAD}")
    assert (page.status, page.step) == (400, "demo-problem")
    assert "state_unknown" in page.codes
    assert "cancelled" not in page.text
    assert page.has("Sign in to Wiki")


async def test_a_link_of_another_provider_starts_nothing(browser: Browser) -> None:
    """OpenID Connect Core 4: `iss` must be the provider this app trusts."""
    page = await browser.follow(f"{BASE}/wiki/initiate?iss=https://evil.example", source="https://evil.example/")
    assert "names another provider" in page.text


@pytest.mark.parametrize("action", ["refresh", "sign-out", "forget"])
async def test_a_form_of_another_site_changes_nothing(browser: Browser, action: str) -> None:
    """Its token cannot be known elsewhere."""
    await browser.open(f"{BASE}/wiki")
    page = await browser.cross_post(f"{BASE}/wiki/{action}", [("form_token", "guess")], origin="https://evil.example")
    assert page.status == 403
    assert "Nothing was changed" in page.text


@pytest.mark.parametrize("path", ["/nowhere", "/nowhere/callback", "/wiki/sign-in", "/favicon.ico"])
async def test_what_does_not_exist_has_a_page_with_a_way_home(browser: Browser, path: str) -> None:
    """Opening the address of an action does nothing either."""
    page = await browser.open(BASE + path)
    assert page.status == 404
    assert page.has("To the demo apps")


async def test_an_unknown_way_to_ask_is_refused(browser: Browser) -> None:
    """The form names one of the listed requests."""
    page = await browser.open(f"{BASE}/wiki")
    assert (await page.submit(button="Silent sign-in", how="sideways")).status == 404


async def test_signing_out_of_nothing_is_no_error(browser: Browser) -> None:
    """A second press of the button, or a tab left open."""
    page = await browser.open(f"{BASE}/wiki/signed-out?state=unknown")
    assert "did not come here from a sign-out" in page.text


def test_the_signed_in_page_explains_and_escapes_and_hides_tokens() -> None:
    """Claims are data of somebody else; tokens are nobody's to read."""
    pages = Pages(issuer=DEAD, clients=[WIKI], people=[])
    html = bytes(pages.signed_in(WIKI, signed_in(), None, "t", NOW).body).decode()
    page = Document(html)
    assert page.step == "demo-signed-in"
    assert page.heading == "Hello, <script>alert(1)</script>"
    assert "<script" not in html
    assert "you showed a password and a code from an authenticator app" in page.text
    assert "refresh-canary" not in html
    assert "x.y.z" not in html
    assert [each.text for form in page.forms for each in form.buttons] == [
        "Sign in again with step-up",
        "Ask again",
        "Silent sign-in",
        "Choose account",
        "Ask for consent",
        "Refresh",
        "Sign out of this app only",
        "Sign out",
    ]


def test_a_refresh_is_shown_beside_what_it_replaced() -> None:
    """Old and new in one table, what changed is marked by a word, not by colour alone."""
    pages = Pages(issuer=DEAD, clients=[WIKI], people=[])
    old = signed_in(iat=1)
    new = signed_in(iat=int(NOW.timestamp()))
    known = SignedIn(tokens=new.tokens, userinfo=new.userinfo, replaced=old.tokens.id_claims)
    text = Document(bytes(pages.signed_in(WIKI, known, None, "t", NOW).body).decode()).text
    assert "Before and after the refresh" in text
    assert "1970-01-01 00:00:01 UTC" in text
    assert "new: 2031-03-05 12:00:00 UTC (now)" in text


def test_a_problem_keeps_the_providers_words_apart_and_escaped() -> None:
    """`error_description` is shown as a quotation."""
    pages = Pages(issuer=DEAD, clients=[WIKI], people=[])
    problem = Problem(code="access_denied", description="<i>no</i>")
    html = bytes(pages.visitor_of(WIKI, problem, "t").body).decode()
    assert "&lt;i&gt;no&lt;/i&gt;" in html
    assert "The sign-in was cancelled" in html
