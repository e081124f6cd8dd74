"""Forced enrolment inside a sign-in: half of it opens nothing, all of it works once (A-21, T-06, T-13)."""

from __future__ import annotations

import pyotp
import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person, set_up_key
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, details, events, password_is_enough, sign_in

Scene = tuple[AuthlibClient, Person, Page]
STEP_SECONDS = 30


@pytest.fixture
async def setting_up(provider: Provider, browser: Browser) -> Scene:
    """alice, at the set-up page in `browser`."""
    wiki, alice = await provider.app(), await provider.person()
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment")
    assert page.step == "enrolment"
    return wiki, alice, page


def code_at(page: Page, provider: Provider, steps: int) -> str:
    """What a phone shows whose clock is that many time steps off."""
    return pyotp.TOTP(set_up_key(page)).at(int(provider.clock().timestamp()) + steps * STEP_SECONDS)


async def test_the_page_says_why_and_how(setting_up: Scene) -> None:
    """T-14, T-17: who asks, the QR as markup, the key in groups of four, the link with equal issuers."""
    _, _, page = setting_up
    assert "asks everyone for two-factor sign-in" in page.text
    key = set_up_key(page)
    assert page.codes[0] == " ".join(key[at : at + 4] for at in range(0, 32, 4))
    link = next(each.href for each in page.links if each.href.startswith("otpauth:"))
    assert link.startswith("otpauth://totp/")
    assert "<svg" in page.html
    assert "data:" not in page.html


async def test_an_app_that_requires_it_is_named(provider: Provider, browser: Browser) -> None:
    """«App needs two-factor sign-in»."""
    await password_is_enough(provider)
    await provider.app()
    bank, alice = await provider.app("bank"), await provider.person()
    await provider.rule("client", "bank", REQUIRED)
    page = await alice.sign_in(await browser.open(await bank.authorization_url()), until="enrolment")
    assert "bank needs two-factor sign-in" in page.text


async def test_half_an_enrolment_opens_nothing(provider: Provider, browser: Browser, setting_up: Scene) -> None:
    """A-21: no session, no code; every other address of the sign-in leads back; a silent request knows nobody."""
    wiki, _, page = setting_up
    assert set(browser.cookies) == {"browser"}
    for name in ("", "/consent", "/recovery-codes", "/second-factor", "/recovery", "/new-password", "/password"):
        assert (await browser.open(page.url.replace("/enrolment", name))).step == "enrolment"
    silent = await browser.open(await wiki.authorization_url(prompt="none"))
    assert silent.params["error"] == "login_required"
    assert (await browser.open(await wiki.authorization_url())).step == "password"
    assert await provider.services.database.fetchval("SELECT count(*) FROM grants") == 0


async def test_an_abandoned_enrolment_starts_again(provider: Provider, setting_up: Scene) -> None:
    """A-21, T-13: the secret shown first is never valid; the next sign-in makes another."""
    wiki, alice, page = setting_up
    async with Browser() as later:
        again = await alice.sign_in(await later.open(await wiki.authorization_url()), until="enrolment")
        assert set_up_key(again) != set_up_key(page)
        refused = await again.submit(code=code_at(page, provider, 0))
        assert refused.step == "enrolment"
        assert refused.alerts


async def test_the_secret_stays_the_same_on_refresh_and_in_a_second_tab(
    browser: Browser, setting_up: Scene, provider: Provider
) -> None:
    """T-13: one secret per Interaction; after a wrong code too."""
    _, _, page = setting_up
    key = set_up_key(page)
    assert set_up_key(await page.reload()) == key
    assert set_up_key(await browser.tab().open(page.url)) == key
    assert set_up_key(await page.submit(code="000000")) == key
    assert len(await events(provider, "enrolment_started")) == 1


async def test_the_code_that_confirmed_signs_nobody_in(provider: Provider, setting_up: Scene) -> None:
    """T-06: its time step is burnt, and every earlier one (T-05)."""
    wiki, alice, page = setting_up
    now, before = code_at(page, provider, 0), code_at(page, provider, -1)
    page = await page.submit(code=now)
    assert page.step == "recovery-codes"
    async with Browser() as other:
        await other.open(await wiki.authorization_url())
        asked = await other.page.submit(username="alice", password=alice.password)
        for used in (now, before):
            asked = await asked.submit(code=used)
            assert asked.step == "second-factor"
            assert "already used" in asked.alerts[0]
        alice.secret, alice.last_time_step = set_up_key(setting_up[2]), int(provider.clock().timestamp()) // 30
        assert (await alice.answer(asked)).step == "recovery-codes"  # nobody has acknowledged the first set
    assert [each["reason"] for each in await details(provider, "factor_refused")] == ["replayed", "replayed"]


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_the_window_is_one_step_to_either_side(provider: Provider, setting_up: Scene, steps: int) -> None:
    """T-07: the same at set-up as at sign-in."""
    page = await setting_up[2].submit(code=code_at(setting_up[2], provider, steps))
    assert page.step == "recovery-codes"


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (2, "about 1 minute fast"),
        (-2, "about 1 minute slow"),
        (4, "about 2 minutes fast"),
        (-20, "about 10 minutes slow"),
        (20, "about 10 minutes fast"),
        (21, "did not match"),
        (-21, "did not match"),
    ],
)
async def test_a_wrong_clock_is_told_in_minutes(provider: Provider, setting_up: Scene, steps: int, words: str) -> None:
    """2 to 20 steps away is measured and not accepted; farther is a wrong code."""
    page = await setting_up[2].submit(code=code_at(setting_up[2], provider, steps))
    assert page.step == "enrolment"
    assert words in page.alerts[0]
    assert await details(provider, "enrolment_confirmed") == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the 6-digit code"),
        ("  - ", "Enter the 6-digit code"),
        ("12345", "The code is 6 digits"),
        ("1234567", "The code is 6 digits"),
        ("12345a", "The code is 6 digits"),
        ("¹²³⁴⁵⁶", "The code is 6 digits"),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", "The code is 6 digits"),
        ("k7pm-x2dq-9w4t-c8hn", "looks like a recovery code"),
        ("9" * 5000, "The code is 6 digits"),
    ],
)
async def test_what_is_no_code_is_told_apart(setting_up: Scene, typed: str, words: str) -> None:
    """T-02, T-03."""
    page = await setting_up[2].submit(code=typed)
    assert page.step == "enrolment"
    assert words in page.alerts[0]
    assert page.fields["code"].value == ""
    assert page.fields["code"].attrs["aria-invalid"] == "true"
    assert page.title.startswith("Error: ")


@pytest.mark.parametrize("gaps", ["{} {}", "{}-{}", " {}\u00a0{} ", "{}\u2009{}"])
async def test_gaps_in_a_code_do_not_matter(provider: Provider, setting_up: Scene, gaps: str) -> None:
    """T-03: spaces and dashes are dropped, full width becomes ASCII."""
    code = code_at(setting_up[2], provider, 0)
    page = await setting_up[2].submit(code=gaps.format(code[:3], code[3:]))
    assert page.step == "recovery-codes"


async def test_a_secret_dies_after_half_an_hour(provider: Provider, setting_up: Scene) -> None:
    """T-13: 30 minutes from its making, and the Interaction with it at least as long."""
    _, _, page = setting_up
    provider.clock.advance(minutes=29, seconds=59)
    assert set_up_key(await page.reload()) == set_up_key(page)
    provider.clock.advance(seconds=1)
    late = await page.submit(code=code_at(page, provider, 0))
    assert late.step in {"enrolment", "error"}
    assert await details(provider, "enrolment_confirmed") == []
    if late.step == "enrolment":
        assert set_up_key(late) != set_up_key(page)


async def test_a_secret_made_late_lives_its_half_hour(provider: Provider, browser: Browser) -> None:
    """The Interaction lives at least as long as the secret it shows, beyond its own two hours."""
    wiki, alice = await provider.app(), await provider.person()
    page = await browser.open(await wiki.authorization_url())
    for _ in range(3):
        provider.clock.advance(minutes=29)
        page = await page.submit(username="alice", password=alice.password) if page.step == "password" else page
        page = await (await page.submit(button="Not you?")).reload()
        page = await page.submit(username="alice", password=alice.password)
        assert page.step == "enrolment"
    provider.clock.advance(minutes=29)
    page = await alice.sign_in(await page.reload())
    assert page.at_app, page


async def test_the_codes_page_comes_before_anything_else(setting_up: Scene, provider: Provider) -> None:
    """Step 2 of 2: ten codes of 4×4 characters; the box must be ticked; then the app."""
    _, alice, page = setting_up
    page = await alice.answer(page)
    assert page.step == "recovery-codes"
    assert len(page.codes) == 10
    assert all(len(code) == 19 for code in page.codes)
    unticked = await page.submit(saved=False)
    assert unticked.alerts == ("Check what you entered Tick the box once the codes are saved",) or unticked.alerts
    assert unticked.codes == page.codes
    assert (await unticked.submit(saved=True)).at_app
    kinds = [each["kind"] for each in await events(provider)]
    wanted = ["enrolment_started", "enrolment_confirmed", "recovery_codes_made", "recovery_codes_acknowledged"]
    assert [kind for kind in kinds if kind in wanted] == wanted


async def test_confirming_twice_at_once_ends_well(browser: Browser, setting_up: Scene, provider: Provider) -> None:
    """A double click is one enrolment."""
    _, alice, page = setting_up
    alice.secret = set_up_key(page)
    page = await browser.double(page, code=alice.app_code())
    assert page.step == "recovery-codes"
    assert not page.alerts
    assert len(await details(provider, "enrolment_confirmed")) == 1
    assert (await alice.answer(page)).at_app


async def test_two_browsers_enrol_at_once(provider: Provider, setting_up: Scene) -> None:
    """The later one is told by the code page that there is an app now; the first app stays the only one."""
    wiki, alice, page = setting_up
    async with Browser() as other:
        slow = await alice.sign_in(await other.open(await wiki.authorization_url()), until="enrolment")
        page = await alice.answer(page)
        assert page.step == "recovery-codes"
        slow = await slow.submit(code=code_at(slow, provider, 0))
        assert slow.step == "second-factor"
    assert await provider.services.database.fetchval("SELECT count(*) FROM totp_authenticators") == 1


async def test_the_first_sign_in_leaves_a_session_for_the_next_app(provider: Provider, setting_up: Scene) -> None:
    """V2.3.3: all or nothing, and here all."""
    wiki, alice, page = setting_up
    assert (await alice.sign_in(page)).at_app
    assert set(page.browser.cookies) == {"browser", "session", "known"}
    await sign_in(wiki, alice, page.browser)
    assert alice.steps == []
