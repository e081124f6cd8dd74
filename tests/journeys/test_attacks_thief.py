"""A thief who has the password and not the second factor, and one who has a page, an address or a cookie."""

from __future__ import annotations

from http.cookiejar import Cookie

import pytest

from idp.usecases import browser_sessions, user_access
from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person, set_up_key
from tests.drivers.provider import Provider
from tests.drivers.scenes import enrolled, exempt, password_is_enough, sign_in

ASKS_CONSENT = Metadata(first_party=False)
PAGES = ("password", "enrolment", "recovery-codes", "recovery-used", "new-password", "select-account", "consent")
FIELDS = {
    "enrolment": [("code", "123456")],
    "recovery-codes": [("saved", "yes")],
    "recovery-codes/download": [],
    "recovery-used": [("answer", "set_up")],
    "new-password": [("new_password", "mine from now on, they think")],
    "select-account": [("answer", "same")],
    "consent": [("answer", "allow")],
    "password": [("username", "alice"), ("password", "correct horse battery staple")],
}
BOUND = "SELECT count(*) FROM totp_authenticators"
OPENED = "SELECT count(*) FROM grants WHERE created_at = $1"


async def at_factor(app: AuthlibClient, person: Person, browser: Browser) -> Page:
    """The password was right; the second step waits."""
    page = await person.sign_in(await browser.open(await app.authorization_url()), until="second-factor")
    assert page.step == "second-factor"
    return page


async def post(page: Page, name: str, pairs: list[tuple[str, str]]) -> Page:
    """To another page of the same sign-in, with this one's token."""
    url = page.url.replace(f"/{page.step}", f"/{name}")
    token = ("csrf", page.fields["csrf"].value)
    return await page.browser.go("POST", url, initiator=page.initiator, pairs=[token, *pairs])


async def test_no_page_leads_past_the_second_step(provider: Provider, browser: Browser) -> None:
    """V15.4.2, A-21: asked for or posted to out of turn, every page leads back, shows nothing and changes nothing."""
    wiki = await provider.app(metadata=ASKS_CONSENT)
    alice = await enrolled(provider, wiki)
    page = await at_factor(wiki, alice, browser)
    for name in PAGES:
        shown = await browser.open(page.url.replace("/second-factor", f"/{name}"))
        assert (shown.step, shown.at_app) == ("second-factor", False), name
        assert not shown.codes, name
    for name, pairs in FIELDS.items():
        shown = await post(page, name, pairs)
        assert (shown.step, shown.at_app) == ("second-factor", False), name
        assert not shown.codes, name
    database = provider.services.database
    assert await database.fetchval(BOUND) == 1
    assert await database.fetchval(OPENED, provider.clock()) == 0
    assert "session" not in browser.cookies
    silent = await browser.tab().open(await wiki.authorization_url(prompt="none"))
    assert silent.params["error"] == "login_required"
    assert (await page.submit(code=alice.app_code())).at_app


async def test_a_form_with_the_fields_of_every_page_passes_one_step_at_most(
    provider: Provider, browser: Browser
) -> None:
    """A password page that is sent a code, an answer and a tick as well is a password page."""
    wiki = await provider.app(metadata=ASKS_CONSENT)
    alice = await enrolled(provider, wiki)
    page = await browser.open(await wiki.authorization_url())
    everything = [
        ("username", "alice"),
        ("password", alice.password),
        ("code", alice.app_code()),
        ("recovery_code", alice.recovery_codes[0]),
        ("answer", "allow"),
        ("saved", "yes"),
        ("new_password", "mine from now on, they think"),
        ("user", "alice"),
        ("acr", "2fa"),
    ]
    assert (await post(page, "password", everything)).step == "second-factor"


async def test_what_is_made_ready_for_one_browser_is_shown_to_no_other(provider: Provider, browser: Browser) -> None:
    """T-19, N-24: who knows the address of a set-up page, its form token too, sees no key, no codes and no file."""
    wiki, alice = await provider.app(), await provider.person()
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment")
    key = set_up_key(page)
    async with Browser() as thief:
        await thief.open(await wiki.authorization_url())
        for name in ("enrolment", "begin", ""):
            seen = await thief.open(page.url.replace("/enrolment", f"/{name}".rstrip("/")))
            assert (seen.status, key in seen.html) == (410, False), name
        page = await alice.sign_in(page, until="recovery-codes")
        codes = [each for each in page.codes if "-" in each]
        seen = await thief.open(page.url)
        assert (seen.status, any(each in seen.html for each in codes)) == (410, False)
        pairs = [("csrf", page.fields["csrf"].value)]
        seen = await thief.go("POST", f"{page.url.replace('?', '/download?')}", initiator=page.initiator, pairs=pairs)
        assert (seen.status, seen.attachment) == (403, "")
    assert (await alice.sign_in(page)).at_app


@pytest.mark.parametrize("change", ["reset", "disable", "end sessions"])
async def test_a_sign_in_under_way_ends_with_everything_else(provider: Provider, browser: Browser, change: str) -> None:
    """N-35, V7.4.2, V7.4.5: all was proved, the last page waits; the help desk reaches it too."""
    shop = await provider.app("shop", metadata=ASKS_CONSENT)
    alice = await enrolled(provider, shop)
    await provider.services.database.execute("DELETE FROM consents")
    page = await alice.sign_in(await browser.open(await shop.authorization_url()), until="consent")
    async with provider.unit() as unit:
        match change:
            case "reset":
                await user_access.reset_second_factor(unit, "alice", "phone stolen")
            case "disable":
                await user_access.disable(unit, "alice")
                await user_access.enable(unit, "alice")
            case _:
                await browser_sessions.end_all(unit, "alice")
    assert (await page.submit(button="allow")).status == 410
    assert await provider.services.database.fetchval(OPENED, provider.clock()) == 0


async def test_an_exemption_that_ends_on_the_way_no_longer_counts(provider: Provider, browser: Browser) -> None:
    """Judged at each step; who was exempt at the password is not at the consent that comes too late."""
    wiki, alice = await provider.app(metadata=ASKS_CONSENT), await provider.person()
    await exempt(provider, alice, days=1)
    provider.clock.advance(hours=23, minutes=45)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="consent")
    assert page.step == "consent"
    provider.clock.advance(minutes=20)
    assert (await page.submit(button="allow")).step == "enrolment"


async def test_a_factor_bound_elsewhere_meanwhile_is_asked_here_too(provider: Provider, browser: Browser) -> None:
    """A-19: the thief waits at the last page while the person sets up the app in another browser."""
    await password_is_enough(provider)
    shop, strict = await provider.app("shop", metadata=ASKS_CONSENT), await provider.app("strict")
    alice = await provider.person()
    waiting = await alice.sign_in(await browser.open(await shop.authorization_url()), until="consent")
    assert waiting.step == "consent"
    async with Browser() as other:
        page = await other.open(await strict.authorization_url(acr_values="2fa"))
        assert (await alice.sign_in(page)).at_app
        assert "enrolment" in alice.steps
    assert (await waiting.submit(button="allow")).step == "second-factor"


async def test_consent_of_one_person_is_not_anothers(provider: Provider, browser: Browser) -> None:
    """O-14: allowed by alice, finished by bob: bob is asked himself."""
    shop = await provider.app("shop", metadata=ASKS_CONSENT)
    alice, bob = await enrolled(provider, shop), await enrolled(provider, shop, "bob")
    await provider.services.database.execute("DELETE FROM consents")
    first = await alice.sign_in(await browser.open(await shop.authorization_url()), until="consent")
    page = await first.submit(button="Not you?")
    page = await bob.sign_in(page, until="consent")
    assert page.step == "consent"
    assert bob.steps == ["password", "second-factor"]


async def test_a_session_cookie_alone_finishes_nobodys_sign_in(provider: Provider, browser: Browser) -> None:
    """The `browser` cookie binds the pages and `session` the person: one stolen without the other opens no page."""
    wiki, shop = await provider.app(), await provider.app("shop", metadata=ASKS_CONSENT)
    alice = await enrolled(provider, wiki)
    await sign_in(wiki, alice, browser)
    page = await browser.open(await shop.authorization_url())
    assert page.step == "consent"
    async with Browser() as thief:
        own = await thief.open(await wiki.authorization_url())
        thief.client.cookies.jar.set_cookie(cookie(browser, "session"))
        assert (await thief.open(page.url)).status == 410
        for csrf in (page.fields["csrf"].value, own.fields["csrf"].value):
            pairs = [("csrf", csrf), *FIELDS["consent"]]
            posted = await thief.go("POST", page.url, initiator=page.initiator, pairs=pairs)
            assert (posted.status, posted.at_app) == (403, False)
    async with Browser() as thief:
        await thief.open(await wiki.authorization_url())
        thief.client.cookies.jar.set_cookie(cookie(browser, "browser"))
        seen = await thief.open(page.url)
        assert seen.step == "password"
        assert "alice" not in seen.text


async def test_the_known_cookie_opens_nothing(provider: Provider, browser: Browser) -> None:
    """Decision 5: it grants a counter of its own and nothing else; both steps are asked."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await sign_in(wiki, alice, browser)
    async with Browser() as thief:
        await thief.open(await wiki.authorization_url())
        thief.client.cookies.jar.set_cookie(cookie(browser, "known"))
        page = await thief.open(await wiki.authorization_url())
        assert (page.step, page.fields["username"].value) == ("password", "")
        provider.clock.advance(minutes=1)
        assert (await alice.sign_in(page)).at_app
        assert alice.steps == ["password", "second-factor"]


async def test_cookies_of_one_kind_are_not_taken_for_another(provider: Provider, browser: Browser) -> None:
    """V9.2.2: the value of each under the name of each other."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await sign_in(wiki, alice, browser)
    have = dict(browser.cookies)
    for value in (have["known"], have["browser"]):
        async with Browser() as thief:
            url = await wiki.authorization_url(prompt="none")
            answer = await thief.client.get(url, headers={"Cookie": f"session={value}; browser={value}"})
            assert "error=login_required" in answer.headers["location"]


def cookie(browser: Browser, name: str) -> Cookie:
    """As the browser keeps it."""
    return next(each for each in browser.client.cookies.jar if each.name == name)


async def test_after_sign_out_nothing_of_before_opens_in_that_browser(provider: Provider, browser: Browser) -> None:
    """N-44: neither an unfinished sign-in nor the answer of a finished one."""
    wiki, shop = await provider.app(), await provider.app("shop", metadata=ASKS_CONSENT)
    alice = await enrolled(provider, wiki)
    first = await browser.open(await wiki.authorization_url())
    assert (await alice.sign_in(first)).at_app
    unfinished = await browser.open(await shop.authorization_url())
    assert unfinished.step == "consent"
    page = await browser.open(provider.issuer.url("/logout"))
    assert (await page.submit(button="sign_out")).step == "signed-out"
    for left in (first, unfinished):
        seen = await browser.open(left.url)
        assert (seen.status, seen.at_app) == (410, False)
    assert (await unfinished.submit(button="allow")).status == 403


async def test_a_link_to_sign_out_on_another_site_ends_no_sign_in_under_way(
    provider: Provider, browser: Browser
) -> None:
    """V3.5.1: nobody is signed in yet, so nothing is to be left; the page that waits goes on."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await at_factor(wiki, alice, browser)
    out = await browser.tab().follow(provider.issuer.url("/logout"), source="https://evil.example/")
    assert out.step == "signed-out"
    assert (await page.submit(code=alice.app_code())).at_app
