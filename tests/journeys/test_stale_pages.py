"""Back, refresh, second tabs, double clicks, and sign-ins that waited too long: everything ends well."""

from __future__ import annotations

import pytest

from idp.usecases.clients import Metadata
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.provider import Provider
from tests.drivers.scenes import enrolled, password_is_enough, sign_in

RETURN = "Continue to wiki"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    """An app, where a password is enough."""
    await password_is_enough(provider)
    return await provider.app()


async def test_back_over_passed_steps_leads_on(provider: Provider, browser: Browser) -> None:
    """A step already passed moves on; asked for again by its address as well as by its form."""
    app = await provider.app()
    alice = await enrolled(provider, app)
    password = await browser.open(await app.authorization_url())
    factor = await password.submit(username="alice", password=alice.password)
    assert factor.step == "second-factor"
    assert (await browser.back()).step == "second-factor"
    assert (await password.submit(username="alice", password="something else")).step == "second-factor"
    page = await alice.answer(factor)
    assert page.at_app
    again = await factor.submit(code="000000")
    assert again.at_app
    assert again.url == page.url


async def test_refresh_asks_nothing_twice(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """A form answers 303, so that refresh never posts again; the error stays on the page."""
    await provider.person()
    page = await browser.open(await wiki.authorization_url())
    page = await page.submit(username="alice", password="wrong")
    assert (page.method, page.trail[0].method, page.trail[0].status) == ("GET", "POST", 303)
    again = await page.reload()
    assert again.alerts == page.alerts
    assert again.fields["username"].value == "alice"
    assert await provider.services.database.fetchval("SELECT failures FROM throttles") == 1


async def test_two_tabs_end_each_at_its_own_app(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """After a sign-in in one tab the other goes on to its own app, with its own state."""
    chat, alice = await provider.app("chat"), await provider.person()
    other = browser.tab()
    waiting = await other.open(await chat.authorization_url())
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()))
    await wiki.exchange(page.url)
    page = await waiting.reload()
    assert page.at_app
    assert (await chat.exchange(page.url)).claims["aud"] == "chat"


async def test_the_other_tab_may_send_its_form_as_well(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """Typed into the second tab after the first is done: on to its app, nothing asked, nothing counted."""
    chat, alice = await provider.app("chat"), await provider.person()
    waiting = await browser.tab().open(await chat.authorization_url())
    await sign_in(wiki, alice, browser)
    page = await waiting.submit(username="alice", password="a slip")
    assert page.at_app
    assert page.trail[-1].step == "returning"
    assert (await chat.exchange(page.url)).claims["amr"] == ["pwd"]


async def test_a_double_click_on_the_password(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """One sign-in, one code, no failure counted or recorded."""
    alice = await provider.person()
    page = await browser.open(await wiki.authorization_url())
    page = await browser.double(page, username="alice", password=alice.password)
    assert page.at_app
    await wiki.exchange(page.url)
    assert await provider.services.database.fetchval("SELECT count(*) FROM grants") == 1
    assert "password_refused" not in await provider.events()
    assert await provider.services.database.fetchval("SELECT count(*) FROM source_throttles") == 0


async def test_a_double_click_on_the_code(provider: Provider, browser: Browser) -> None:
    """A naive server would say «code already used» to an honest person."""
    app = await provider.app()
    alice = await enrolled(provider, app)
    page = await alice.sign_in(await browser.open(await app.authorization_url()), until="second-factor")
    page = await browser.double(page, code=alice.app_code())
    assert page.at_app
    await app.exchange(page.url)
    assert "factor_refused" not in await provider.events()


async def test_a_double_click_on_a_recovery_code(provider: Provider, browser: Browser) -> None:
    """One code spent."""
    app = await provider.app()
    alice = await enrolled(provider, app)
    page = await alice.sign_in(await browser.open(await app.authorization_url()), until="second-factor")
    page = await browser.double(await page.click("Use a recovery code"), recovery_code=alice.recovery_codes.pop())
    assert page.step == "recovery-used"
    assert "9 are left" in page.text
    assert "factor_refused" not in await provider.events()


@pytest.mark.parametrize(
    ("button", "prompt", "answer"),
    [
        ("Allow", "consent", "code"),
        ("Do not allow", "consent", "error"),
        ("Continue as alice", "select_account", "code"),
        ("Cancel and return to chat", "login", "error"),
    ],
)
async def test_a_double_click_on_an_answer(
    provider: Provider, browser: Browser, wiki: AuthlibClient, button: str, prompt: str, answer: str
) -> None:
    """One answer to the app, the same for both clicks."""
    alice = await provider.person()
    await sign_in(wiki, alice, browser)
    chat = await provider.app("chat", metadata=Metadata(first_party=prompt != "consent"))
    page = await browser.open(await chat.authorization_url(prompt=prompt))
    page = await browser.double(page, button=button)
    assert page.at_app
    assert answer in page.params
    grants = await provider.services.database.fetchval("SELECT count(*) FROM grants WHERE client_id = 'chat'")
    assert grants == (answer == "code")


@pytest.mark.parametrize("seconds", [0, 59])
async def test_the_same_browser_gets_the_same_response_again(
    provider: Provider, browser: Browser, wiki: AuthlibClient, seconds: int
) -> None:
    """Until the code is redeemed or 60 s have passed."""
    alice = await provider.person()
    first = await browser.open(await wiki.authorization_url())
    page = await alice.sign_in(first)
    provider.clock.advance(seconds=seconds)
    again = await browser.open(first.url)
    assert again.url == page.url
    assert again.trail[-1].step == "returning"


async def test_a_redeemed_code_is_not_sent_again(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """«You are signed in. Continue to App», which starts afresh at the app."""
    alice = await provider.person()
    first = await browser.open(await wiki.authorization_url())
    await wiki.exchange((await alice.sign_in(first)).url)
    await _is_finished(await browser.open(first.url))
    await _is_finished(await first.submit(username="alice", password=alice.password))


async def test_an_old_code_is_not_sent_again(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """As long as the code lives, and no longer."""
    alice = await provider.person()
    first = await browser.open(await wiki.authorization_url())
    await alice.sign_in(first)
    provider.clock.advance(seconds=60)
    await _is_finished(await browser.open(first.url))


async def _is_finished(page: Page) -> None:
    assert (page.step, page.status) == ("finished", 200)
    assert page.heading == "You are signed in"
    assert page.link(RETURN).href == "https://app.example.org"
    assert "code=" not in page.html


async def test_a_cancelled_sign_in_repeats_its_answer(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """access_denied with state and iss; a second click gives the same."""
    first = await browser.open(await wiki.authorization_url(state="s 1"))
    page = await first.submit(button="Cancel and return to wiki")
    assert page.trail[-1].step == "returning"
    assert (page.params["error"], page.params["state"]) == ("access_denied", "s 1")
    assert page.params["iss"] == str(provider.issuer)
    assert (await first.submit(button="Cancel and return to wiki")).url == page.url
    assert (await first.submit(username="alice", password="anything")).url == page.url
    assert (await provider.events())[-1] == "sign_in_cancelled"
    provider.clock.advance(seconds=60)
    await _waited_too_long(await browser.open(first.url))  # «You are signed in» would not be true


@pytest.mark.parametrize("step", ["password", "second-factor", "enrolment", "recovery-codes", "recovery-used"])
async def test_every_step_can_be_cancelled(provider: Provider, browser: Browser, step: str) -> None:
    """Every sign-in page has «Cancel and return to App»; no session begins by it."""
    app = await provider.app()
    alice = await (provider.person() if step in {"enrolment", "recovery-codes"} else enrolled(provider, app))
    alice.use_recovery_code = step == "recovery-used"
    page = await alice.sign_in(await browser.open(await app.authorization_url()), until=step)
    assert page.step == step
    page = await page.submit(button="Cancel and return to wiki")
    assert page.params["error"] == "access_denied"
    assert "session" not in browser.cookies


async def test_an_interaction_lives_half_an_hour_from_its_latest_step(provider: Provider, browser: Browser) -> None:
    """30 minutes from the latest passed step; wrong tries prolong nothing."""
    app = await provider.app()
    alice = await enrolled(provider, app)
    page = await browser.open(await app.authorization_url())
    provider.clock.advance(minutes=29)
    page = await page.submit(username="alice", password=alice.password)
    provider.clock.advance(minutes=29)
    page = await page.submit(code="000000")
    assert page.step == "second-factor"
    provider.clock.advance(minutes=1)
    await _waited_too_long(await page.submit(code=alice.app_code()))


async def test_an_interaction_lives_two_hours_at_most(provider: Provider, browser: Browser) -> None:
    """However many steps are passed."""
    app = await provider.app()
    alice = await enrolled(provider, app)
    page = await browser.open(await app.authorization_url())
    for _ in range(4):
        provider.clock.advance(minutes=25)
        page = await page.submit(username="alice", password=alice.password)
        assert page.step == "second-factor"
        page = await page.submit(button="Not you?")
    provider.clock.advance(minutes=20)
    await _waited_too_long(await page.reload())


async def _waited_too_long(page: Page) -> None:
    """The page names the app and links back, though the sign-in is gone."""
    assert (page.step, page.status) == ("error", 410)
    assert page.heading == "This sign-in waited too long"
    assert page.link("Start again at wiki").href == "https://app.example.org"


async def test_an_unknown_sign_in_with_a_true_reference_names_the_app(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """Purged, forged or mistyped ids; a forged reference names nobody."""
    page = await browser.open(await wiki.authorization_url())
    await provider.services.database.execute("DELETE FROM interactions")
    await _waited_too_long(await page.reload())
    forged = await browser.open(page.url[:-4] + "AAAA")
    assert forged.step == "error"
    assert not forged.has("Start again at wiki")


async def test_another_browser_cannot_enter(provider: Provider, browser: Browser) -> None:
    """An Interaction is one browser's, at every step, by GET and by POST."""
    app = await provider.app()
    alice = await enrolled(provider, app)
    page = await alice.sign_in(await browser.open(await app.authorization_url()), until="second-factor")
    async with Browser() as thief:
        await thief.open(await app.authorization_url())
        await _waited_too_long(await thief.open(page.url))
        token = thief.history[0].fields["csrf"].value
        for csrf in (page.fields["csrf"].value, token):
            posted = await thief.go(
                "POST", page.url, initiator=thief.history[0].initiator, pairs=[("csrf", csrf), ("code", "123456")]
            )
            assert (posted.status, posted.step) == (403, "error")
    assert (await alice.answer(page)).at_app


async def test_without_cookies_the_person_learns_it_before_typing(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """The redirect after /authorize finds no cookie; nothing is asked, and there is a way back."""
    page = await browser.open(await wiki.authorization_url())
    browser.forget_cookies()
    blind = await browser.open(page.url)
    assert (blind.step, blind.status) == ("cookies", 200)
    assert not blind.fields
    assert "localhost" in blind.text
    assert (await page.submit(username="alice", password="x")).status == 403
