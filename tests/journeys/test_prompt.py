"""`prompt` and `max_age`: what an app may ask about a person who is signed in already (OIDC Core 3.1.2.1, 3.1.2.6)."""

from __future__ import annotations

import pytest

from idp.usecases import user_access
from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import IF_ENROLLED, disable, enrolled, exempt, password_is_enough, sign_in

Scene = tuple[AuthlibClient, Person]


@pytest.fixture
async def signed_in(provider: Provider, browser: Browser) -> Scene:
    """alice, in `browser`, with both steps, ten minutes ago."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await sign_in(wiki, alice, browser)
    provider.clock.advance(minutes=10)
    return wiki, alice


async def test_login_asks_every_factor_again(provider: Provider, browser: Browser, signed_in: Scene) -> None:
    """A-15, A-13: credentials are asked despite the session; `auth_time` is new; a claim of both."""
    wiki, alice = signed_in
    page = await browser.open(await wiki.authorization_url(prompt="login"))
    assert page.step == "password"
    assert page.fields["username"].value == "alice"
    assert "wiki asked us to check it is still you" in page.text
    page = await alice.sign_in(page)
    assert alice.steps == ["password", "second-factor"]
    claims = (await wiki.exchange(page.url)).claims
    assert claims["auth_time"] == int(provider.clock().timestamp())
    assert claims["amr"] == ["pwd", "otp", "mfa"]


async def test_login_keeps_sid(browser: Browser, signed_in: Scene) -> None:
    """The cookie is renewed at each later proof, `sid` stays."""
    wiki, alice = signed_in
    first = (await wiki.exchange((await browser.open(await wiki.authorization_url())).url)).claims
    cookie = browser.cookies["session"]
    second = (await wiki.exchange((await sign_in(wiki, alice, browser, prompt="login")).url)).claims
    assert first["sid"] == second["sid"]
    assert browser.cookies["session"] != cookie


@pytest.mark.parametrize(
    ("max_age", "asked"), [("600", False), ("601", False), ("599", True), ("0", True), ("99999999999999", False)]
)
async def test_max_age_is_judged_when_the_request_arrives(
    provider: Provider, browser: Browser, signed_in: Scene, max_age: str, *, asked: bool
) -> None:
    """A-13: an age beyond max_age asks again; exactly max_age does not; auth_time tells (A-07)."""
    wiki, alice = signed_in
    page = await browser.open(await wiki.authorization_url(max_age=max_age))
    assert page.at_app is not asked
    provider.clock.advance(minutes=25)  # however long the pages take: only proofs made inside count, and those do
    page = await alice.sign_in(page) if asked else page
    if asked:
        assert alice.steps == ["password", "second-factor"]
        assert (await wiki.exchange(page.url)).claims["auth_time"] == int(provider.clock().timestamp())


async def test_max_age_looks_at_the_oldest_proof_the_level_rests_on(provider: Provider, browser: Browser) -> None:
    """Decision 8: a session is as fresh as its oldest needed proof, not as its latest."""
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    provider.clock.advance(minutes=30)
    await sign_in(wiki, alice, browser, acr_values="2fa")
    provider.clock.advance(minutes=10)
    page = await browser.open(await wiki.authorization_url(max_age="1200"))  # the password is 40 minutes old
    assert page.step == "password"
    page = await alice.sign_in(page)
    assert alice.steps == ["password"]  # the app's code is 10 minutes old, which is young enough
    assert (await wiki.exchange(page.url)).claims["amr"] == ["pwd", "otp", "mfa"]


async def test_a_fresh_proof_elsewhere_does_not_answer_a_request_that_asked_for_one(
    browser: Browser, signed_in: Scene
) -> None:
    """A-13: after arrival only proofs made inside that Interaction count: not those of a second tab."""
    wiki, alice = signed_in
    waiting = await browser.tab().open(await wiki.authorization_url(prompt="login"))
    other = browser.tab()
    page = await alice.sign_in(await other.open(await wiki.authorization_url(prompt="login")))
    assert page.at_app
    assert (await waiting.reload()).step == "password"


@pytest.mark.parametrize("max_age", ["-1", "1.5", "soon", "+5", " 5", "\u0665", "1" * 19])
async def test_max_age_that_is_no_number_is_refused(provider: Provider, browser: Browser, max_age: str) -> None:
    """A-13: invalid_request, to the app."""
    wiki = await provider.app()
    url = (await wiki.authorization_url()) + "&max_age="
    page = await browser.open(url + max_age.replace("+", "%2B").replace(" ", "%20").replace("\u0665", "%D9%A5"))
    assert page.params["error"] == "invalid_request"


async def test_consent_is_asked_again_of_third_parties_only(provider: Provider, browser: Browser) -> None:
    """A-15: skipped for first-party clients."""
    wiki = await provider.app()
    chat = await provider.app("chat", metadata=Metadata())
    alice = await provider.person()
    await sign_in(chat, alice, browser)
    assert alice.steps[-1] == "consent"
    page = await browser.open(await chat.authorization_url())
    assert page.at_app
    page = await browser.open(await chat.authorization_url(prompt="consent"))
    assert page.step == "consent"
    page = await browser.open(await wiki.authorization_url(prompt="consent"))
    assert page.at_app


async def test_select_account_goes_on_as_the_same_person(browser: Browser, signed_in: Scene) -> None:
    """A-15: one page, «Continue as alice»; nothing is proved again and the session stays."""
    wiki, _alice = signed_in
    cookie = browser.cookies["session"]
    page = await browser.open(await wiki.authorization_url(prompt="select_account"))
    assert page.step == "select-account"
    page = await page.submit(button="Continue as alice")
    assert page.at_app
    assert (await wiki.exchange(page.url)).claims["amr"] == ["pwd", "otp", "mfa"]
    assert browser.cookies["session"] == cookie


async def test_select_account_with_another_account_asks_all_of_it(
    provider: Provider, browser: Browser, signed_in: Scene
) -> None:
    """The first person's session vouches for nobody else, and not for the same person either once left."""
    wiki, _ = signed_in
    bob = await provider.person("bob")
    page = await browser.open(await wiki.authorization_url(prompt="select_account"))
    page = await bob.sign_in(await page.submit(button="Use another account"))
    assert bob.steps == ["password", "enrolment", "recovery-codes"]
    userinfo = await wiki.userinfo(await wiki.exchange(page.url))
    assert userinfo["preferred_username"] == "bob"


async def test_select_account_without_a_session_is_a_plain_sign_in(provider: Provider, browser: Browser) -> None:
    """There is nobody to choose."""
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url(prompt="select_account"))
    assert page.step == "password"


@pytest.mark.parametrize("prompt", ["none login", "none consent", "login none", "never", "Login", "none none login"])
async def test_a_prompt_that_contradicts_itself_is_refused(provider: Provider, browser: Browser, prompt: str) -> None:
    """A-15: `none` stands alone; unknown values are invalid_request."""
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url(prompt=prompt))
    assert page.at_app
    assert page.params["error"] == "invalid_request"


async def test_login_and_consent_together(browser: Browser, provider: Provider) -> None:
    """A-15: both are honoured, in the order in which a person meets them."""
    chat, alice = await provider.app("chat", metadata=Metadata()), await provider.person()
    await sign_in(chat, alice, browser)
    provider.clock.advance(minutes=5)
    await sign_in(chat, alice, browser, prompt="login consent")
    assert alice.steps == ["password", "second-factor", "consent"]


async def test_silence_without_a_session(provider: Provider, browser: Browser) -> None:
    """A-14: login_required, by a redirect, with state and iss (O-08); nothing is kept and no cookie set."""
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url(prompt="none", state="a b+c/ü"))
    assert page.params == {
        "error": "login_required",
        "error_description": page.params["error_description"],
        "state": "a b+c/ü",
        "iss": str(provider.issuer),
    }
    assert [each.status for each in page.trail] == [303]
    assert not browser.cookies
    assert await provider.services.database.fetchval("SELECT count(*) FROM interactions") == 0


async def test_silence_where_the_factor_is_gone(provider: Provider, browser: Browser) -> None:
    """A-14: a required factor with none left is interaction_required, though the session proved one once."""
    wiki, alice = await provider.app(), await provider.person()
    await exempt(provider, alice)
    await sign_in(wiki, alice, browser)
    async with provider.unit() as made:
        await user_access.lift_exemption(made, "alice")
    page = await browser.open(await wiki.authorization_url(prompt="none"))
    assert page.params["error"] == "interaction_required"


async def test_silence_where_consent_is_missing(provider: Provider, browser: Browser) -> None:
    """A-14: consent_required."""
    wiki, alice = await provider.app(), await provider.person()
    chat = await provider.app("chat", metadata=Metadata())
    await sign_in(wiki, alice, browser)
    page = await browser.open(await chat.authorization_url(prompt="none"))
    assert page.params["error"] == "consent_required"


async def test_silence_about_a_person_switched_off(provider: Provider, browser: Browser, signed_in: Scene) -> None:
    """V7.4.2: the session is gone with the account."""
    wiki, alice = signed_in
    await disable(provider, alice)
    page = await browser.open(await wiki.authorization_url(prompt="none"))
    assert page.params["error"] == "login_required"


async def test_silence_with_max_age(provider: Provider, browser: Browser, signed_in: Scene) -> None:
    """A-14 with A-13: too old is login_required, young enough is a code with auth_time."""
    wiki, _ = signed_in
    page = await browser.open(await wiki.authorization_url(prompt="none", max_age="60"))
    assert page.params["error"] == "login_required"
    page = await browser.open(await wiki.authorization_url(prompt="none", max_age="3600"))
    assert (await wiki.exchange(page.url)).claims["auth_time"] == int(provider.clock().timestamp()) - 600


@pytest.mark.parametrize(("minutes", "alive"), [(59, True), (61, False)])
async def test_a_session_ends_when_idle_for_an_hour(
    provider: Provider, browser: Browser, signed_in: Scene, minutes: int, *, alive: bool
) -> None:
    """N-39: enforced by the server with the cookie still present."""
    wiki, _ = signed_in
    page = await browser.open(await wiki.authorization_url(prompt="none"))
    assert "code" in page.params
    provider.clock.advance(minutes=minutes)
    page = await browser.open(await wiki.authorization_url(prompt="none"))
    assert ("code" in page.params) is alive


async def test_a_session_ends_after_a_day_however_busy(provider: Provider, browser: Browser) -> None:
    """N-39: 24 hours at most, counted from the oldest proof."""
    await provider.rule("server", "", IF_ENROLLED)
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    for _ in range(47):
        provider.clock.advance(minutes=30)
        assert "code" in (await browser.open(await wiki.authorization_url(prompt="none"))).params
    provider.clock.advance(minutes=31)
    page = await browser.open(await wiki.authorization_url(prompt="none"))
    assert page.params["error"] == "login_required"
