"""Recovery codes: the way back in when the phone is lost (N-21 to N-23, N-30)."""

from __future__ import annotations

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, enrolled, sign_in

Scene = tuple[AuthlibClient, Person]


@pytest.fixture
async def known(provider: Provider) -> Scene:
    """alice, with an app and ten codes."""
    wiki = await provider.app()
    return wiki, await enrolled(provider, wiki)


async def at_recovery(scene: Scene, browser: Browser) -> Page:
    """The recovery page, in this browser."""
    wiki, alice = scene
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    page = await page.click("Use a recovery code")
    assert page.step == "recovery"
    return page


async def test_a_code_stands_in_for_the_app(provider: Provider, browser: Browser, known: Scene) -> None:
    """A-01: `recovery_code`, not `otp`; level 2fa; the person is told how many are left before the app."""
    wiki, alice = known
    page = await (await at_recovery(known, browser)).submit(recovery_code=alice.recovery_codes.pop())
    assert page.step == "recovery-used"
    assert "9 are left" in page.text
    page = await page.submit(button="Continue to wiki")
    claims = (await wiki.exchange(page.url)).claims
    assert (claims["amr"], claims["acr"]) == (["pwd", "recovery_code", "mfa"], "2fa")
    assert await details(provider, "recovery_code_used") == [{"left": 9}]


async def test_a_code_works_once(provider: Provider, browser: Browser, known: Scene) -> None:
    """N-23: the page says when it was used, and the event says so."""
    _, alice = known
    code = alice.recovery_codes.pop()
    await (await at_recovery(known, browser)).submit(recovery_code=code)
    async with Browser() as other:
        page = await (await at_recovery(known, other)).submit(recovery_code=code)
        assert page.step == "recovery"
        assert "This code was used on" in page.alerts[0]
        assert page.fields["recovery_code"].value == ""
    assert [each["reason"] for each in await details(provider, "factor_refused")] == ["used"]


@pytest.mark.parametrize("spelt", [str.upper, lambda code: code.replace("-", ""), lambda code: code.replace("-", " ")])
async def test_spelling_does_not_matter(browser: Browser, known: Scene, spelt: object) -> None:
    """Any case, spaces, dashes."""
    assert callable(spelt)
    code = spelt(known[1].recovery_codes.pop())
    page = await (await at_recovery(known, browser)).submit(recovery_code=code)
    assert page.step == "recovery-used"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter one of your recovery codes"),
        ("123456", "looks like an app code"),
        ("aaaa-aaaa-aaaa-aaaa", "not one of your codes"),
        ("short", "not one of your codes"),
        ("a" * 60000, "not one of your codes"),
    ],
)
async def test_what_is_no_code_is_told_apart(browser: Browser, known: Scene, typed: str, words: str) -> None:
    page = await (await at_recovery(known, browser)).submit(recovery_code=typed)
    assert page.step == "recovery"
    assert words in page.alerts[0]


async def test_a_recovery_code_in_the_box_for_app_codes(browser: Browser, known: Scene) -> None:
    """Told, with a link; nothing is counted or spent."""
    wiki, alice = known
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    code = alice.recovery_codes.pop()
    page = await page.submit(code=code)
    assert "looks like a recovery code" in page.alerts[0]
    page = await (await page.click("Use the recovery page")).submit(recovery_code=code)
    assert page.step == "recovery-used"


async def test_three_left_warns_at_each_sign_in(provider: Provider, browser: Browser, known: Scene) -> None:
    """At 3 left a warning, also with the app at hand."""
    wiki, alice = known
    alice.use_recovery_code = True
    for _ in range(7):
        async with Browser() as other:
            await sign_in(wiki, alice, other)
    alice.use_recovery_code = False
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    assert "You have 3 recovery codes left" in page.text
    assert [each["left"] for each in await details(provider, "recovery_code_used")] == [9, 8, 7, 6, 5, 4, 3]


async def test_with_none_left_a_new_set_is_required(provider: Provider, browser: Browser, known: Scene) -> None:
    """At 0 a new set is required before going on; it works, and the old codes do not."""
    wiki, alice = known
    alice.use_recovery_code = True
    old = list(alice.recovery_codes)
    for _ in range(9):
        async with Browser() as other:
            await sign_in(wiki, alice, other)
    page = await sign_in(wiki, alice, browser)
    assert alice.steps == ["password", "second-factor", "recovery", "recovery-codes", "recovery-used"]
    assert (await wiki.exchange(page.url)).claims["amr"] == ["pwd", "recovery_code", "mfa"]
    assert len(set(alice.recovery_codes) - set(old)) == 10
    async with Browser() as other:
        page = await (await at_recovery(known, other)).submit(recovery_code=old[0])
        assert "not one of your codes" in page.alerts[0]
    assert (await details(provider, "recovery_code_used"))[-1] == {"left": 0}


async def test_setting_the_app_up_again_retires_the_old_one(provider: Provider, browser: Browser, known: Scene) -> None:
    """V6.4.3: in the same sign-in; new codes come with it; the old app and the old codes are dead."""
    wiki, alice = known
    secret, old = alice.secret, list(alice.recovery_codes)
    page = await (await at_recovery(known, browser)).submit(recovery_code=alice.recovery_codes.pop())
    page = await page.submit(button="Set up my app again")
    assert page.step == "enrolment"
    assert (await page.reload()).step == "enrolment"
    page = await alice.sign_in(page)
    assert alice.steps == ["enrolment", "recovery-codes"]
    assert (await wiki.exchange(page.url)).claims["amr"] == ["pwd", "otp", "recovery_code", "mfa"]
    assert alice.secret != secret
    assert [each["replaced"] for each in await details(provider, "enrolment_confirmed")] == [False, True]
    provider.clock.advance(minutes=5)
    async with Browser() as other:
        impostor = Person(username="alice", password=alice.password, clock=provider.clock, secret=secret)
        page = await impostor.sign_in(await other.open(await wiki.authorization_url()), until="second-factor")
        page = await page.submit(code=impostor.app_code())
        assert "did not match" in page.alerts[0]
        page = await (await page.click("Use a recovery code")).submit(recovery_code=old[0])
        assert "not one of your codes" in page.alerts[0]


async def test_setting_up_again_without_a_recovery_code_is_not_possible(browser: Browser, known: Scene) -> None:
    """N-26: somebody with only the password cannot put a new app in place of the old one."""
    wiki, alice = known
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    for name in ("enrolment", "recovery-used", "recovery-codes"):
        assert (await browser.open(page.url.replace("second-factor", name))).step == "second-factor"
        token = page.fields["csrf"].value
        posted = await browser.go(
            "POST",
            page.url.replace("second-factor", name),
            initiator=page.initiator,
            pairs=[("csrf", token), ("code", "123456"), ("answer", "set_up"), ("saved", "yes")],
        )
        assert posted.step == "second-factor"


async def test_the_set_up_can_be_left_for_another_day(browser: Browser, known: Scene) -> None:
    """«may continue to the app first», from the set-up page by going back as well."""
    _, alice = known
    page = await (await at_recovery(known, browser)).submit(recovery_code=alice.recovery_codes.pop())
    await page.submit(button="Set up my app again")
    page = await browser.open(page.url)
    assert page.step == "recovery-used"
    assert (await page.submit(button="Continue to wiki")).at_app


async def test_the_file_holds_what_the_page_shows(provider: Provider, browser: Browser) -> None:
    """Download gives the same codes, as an attachment that nobody stores; the page stays."""
    wiki, alice = await provider.app(), await provider.person()
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="recovery-codes")
    for _ in range(2):
        download = await page.submit(button="Download")
        assert download.attachment.startswith("idp-recovery-codes-alice-")
        assert download.headers["cache-control"] == "no-store"
        assert download.headers["content-type"].startswith("text/plain")
        lines = download.html.split()
        assert [code for code in page.codes if code not in lines] == []
    assert browser.page.step == "recovery-codes"
    assert (await page.reload()).codes == page.codes
    assert (await alice.answer(page)).at_app


async def test_codes_not_acknowledged_come_anew_at_the_next_sign_in(provider: Provider, browser: Browser) -> None:
    """A new set, and the one shown first is void."""
    wiki, alice = await provider.app(), await provider.person()
    first = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="recovery-codes")
    async with Browser() as other:
        second = await alice.sign_in(await other.open(await wiki.authorization_url()), until="recovery-codes")
        assert alice.steps == ["password", "second-factor"]
        assert not set(first.codes) & set(second.codes)
        assert (await alice.answer(second)).at_app
    provider.clock.advance(minutes=5)
    async with Browser() as third:
        page = await (await at_recovery((wiki, alice), third)).submit(recovery_code=first.codes[0])
        assert "not one of your codes" in page.alerts[0]
        assert (await page.submit(recovery_code=second.codes[0])).step == "recovery-used"


async def test_a_void_set_cannot_be_acknowledged(provider: Provider, browser: Browser) -> None:
    """What was saved in one browser must be what counts: a page whose set was replaced shows a new one instead."""
    wiki, alice = await provider.app(), await provider.person()
    first = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="recovery-codes")
    async with Browser() as other:
        second = await alice.sign_in(await other.open(await wiki.authorization_url()), until="recovery-codes")
        stale = await first.submit(saved=True)
        assert stale.step == "recovery-codes"
        assert not set(stale.codes) & {*first.codes, *second.codes}
        assert (await stale.submit(saved=True)).at_app


async def test_acknowledged_codes_are_never_shown_again(provider: Provider, browser: Browser) -> None:
    """N-20: neither on Back nor by their address; the sign-in leads on."""
    wiki, alice = await provider.app(), await provider.person()
    codes = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="recovery-codes")
    assert (await codes.submit(saved=True)).at_app
    page = await browser.open(codes.url)
    assert page.at_app
    provider.clock.advance(minutes=2)
    page = await browser.open(codes.url)
    assert page.step == "finished"
    assert not page.codes
    later = await codes.submit(button="Download")
    assert not later.attachment
    for shown in codes.codes:
        assert shown not in later.html


async def test_codes_on_show_die_after_half_an_hour(provider: Provider, browser: Browser) -> None:
    """Sealed on the Interaction for 30 minutes at most."""
    wiki, alice = await provider.app(), await provider.person()
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="recovery-codes")
    provider.clock.advance(minutes=30)
    late = await page.submit(saved=True)
    assert late.step in {"recovery-codes", "error"}
    assert not set(late.codes) & set(page.codes)


async def test_a_recovery_code_clears_nothing_of_the_app(provider: Provider, browser: Browser, known: Scene) -> None:
    """N-16: the other factor's success clears nothing."""
    wiki, alice = known
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    for _ in range(3):
        page = await page.submit(code="000000")
    page = await (await page.click("Use a recovery code")).submit(recovery_code=alice.recovery_codes.pop())
    assert page.step == "recovery-used"
    failures = "SELECT failures FROM throttles WHERE method = 'otp'"
    assert await provider.services.database.fetchval(failures) == 3
