"""Several authenticator apps of one person, by their names: added, renamed, replaced, removed, lost and found again."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest

from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import REQUIRED, enrolled, events, password_is_enough, sign_in

NAMES = "SELECT name, state FROM totp_authenticators ORDER BY confirmed_at, id"
IDS = "SELECT id FROM totp_authenticators ORDER BY confirmed_at, id"
CODES_LEFT = "SELECT count(*) FROM recovery_codes WHERE used_at IS NULL"
LIVE_SESSIONS = "SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL"
LIVE_GRANTS = "SELECT count(*) FROM grants WHERE revoked_at IS NULL"


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    return await provider.app()


@pytest.fixture
async def alice(provider: Provider, wiki: AuthlibClient) -> Person:
    """With one app, half an hour ago; nobody insists on it."""
    await provider.rule("server", "", REQUIRED)
    person = await enrolled(provider, wiki)
    await password_is_enough(provider)
    return person


async def two_factor(provider: Provider, person: Person, browser: Browser) -> Page:
    page = await person.sign_in(await browser.open(provider.issuer.url("/account/two-factor")))
    assert page.step == "two-factor"
    provider.clock.advance(minutes=1)
    return page


async def added(provider: Provider, page: Page, person: Person, name: str) -> tuple[Page, Person]:
    """One more app of the person: who holds it, and the list with it."""
    phone = replace(person, secret=None, steps=[], last_time_step=0)
    page = await page.submit(button="Add an authenticator app", name=name)
    page = await phone.sign_in(page)
    assert page.step == "two-factor"
    provider.clock.advance(seconds=1)
    return page, phone


async def names(provider: Provider) -> list[tuple[str, str]]:
    return [(row["name"], row["state"]) for row in await provider.services.database.fetch(NAMES)]


def label(page: Page) -> str:
    link = next(each for each in page.links if each.href.startswith("otpauth:"))
    return unquote(urlsplit(link.href).path).rpartition(":")[2]


async def of(provider: Provider, page: Page, number: int, doing: str = "") -> Page:
    """The page about the person's n-th app."""
    ids = await provider.services.database.fetch(IDS)
    return await page.browser.open(provider.issuer.url(f"/account/two-factor/factors/{ids[number]['id']}{doing}"))


# ── added ────────────────────────────────────────────────────────────────────────────────────────


async def test_one_more_app_stands_beside_the_first(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """N-28: from then on the codes of either sign in; the recovery codes stay the same."""
    page = await two_factor(provider, alice, browser)
    assert "One thing alone opens your account." in page.text
    page, phone = await added(provider, page, alice, "work phone")
    assert phone.steps == ["enrolment"]
    assert "work phone" in page.text
    assert "One thing alone opens your account." not in page.text
    assert await names(provider) == [("Authenticator app", "confirmed"), ("work phone", "confirmed")]
    assert await provider.services.database.fetchval(CODES_LEFT) == 10
    assert [each["kind"] for each in await events(provider, "recovery_codes_made")] == ["recovery_codes_made"]
    for person in (alice, phone):
        provider.clock.advance(minutes=1)
        async with Browser() as elsewhere:
            await sign_in(wiki, person, elsewhere)
            assert person.steps[:2] == ["password", "second-factor"]
    async with Browser() as elsewhere:
        alice.use_recovery_code = True
        page = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="recovery-used")
        assert page.step == "recovery-used"


async def test_the_label_of_a_further_app_has_its_name(provider: Provider, browser: Browser, alice: Person) -> None:
    """T-18."""
    page = await two_factor(provider, alice, browser)
    assert page.fields["name"].value == "Authenticator app 2"
    page = await page.submit(button="Add an authenticator app", name="work phone")
    assert label(page) == "alice (work phone)"
    assert "What you have now goes on working." in page.text


async def test_one_code_never_passes_twice_by_way_of_the_other_app(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """T-08: each has its own secret, and the steps of one say nothing about the other's."""
    page = await two_factor(provider, alice, browser)
    _, phone = await added(provider, page, alice, "work phone")
    provider.clock.advance(minutes=1)
    used = alice.app_code()
    async with Browser() as first, Browser() as second, Browser() as third:
        at = [
            await alice.sign_in(await b.open(await wiki.authorization_url()), until="second-factor")
            for b in (first, second, third)
        ]
        assert not (await at[0].submit(code=used)).alerts
        assert (await at[1].submit(code=used)).alerts == (
            "Check what you entered You have already used this code. A new one appears within 30 seconds.",
        )
        assert not (await at[2].submit(code=phone.app_code())).alerts


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Give it a name of 1 to 40 characters, in one line"),
        ("x" * 41, "Give it a name of 1 to 40 characters, in one line"),
        ("authenticator APP", "You have another one with this name."),
        ("a\u202eb", "Give it a name of 1 to 40 characters, in one line"),
    ],
)
async def test_names_that_cannot_be(provider: Provider, browser: Browser, alice: Person, typed: str, said: str) -> None:
    """What was typed stays, and nothing begins; the same where one is renamed."""
    page = await two_factor(provider, alice, browser)
    page = await page.submit(button="Add an authenticator app", name=typed)
    assert page.status == 422
    assert said in page.alerts[0]
    assert page.fields["name"].value == typed
    if typed != "authenticator APP":
        page = await (await of(provider, page, 0)).submit(name=typed)
        assert page.status == 422
        assert said in page.alerts[0]
    assert await names(provider) == [("Authenticator app", "confirmed")]


async def test_a_name_is_text_and_nothing_else(provider: Provider, browser: Browser, alice: Person) -> None:
    page = await two_factor(provider, alice, browser)
    page, _ = await added(provider, page, alice, "<b>&'\"</b> %s %(x)s")
    assert "<b>&'\"</b> %s %(x)s" in page.text
    assert "<b>" not in page.html
    assert "<b>&'\"</b> %s %(x)s" in (await of(provider, page, 1, "/lost")).text


async def test_ten_are_enough(provider: Provider, browser: Browser, alice: Person) -> None:
    """Neither by the page nor by an old form of it, nor by a set-up that was under way in another tab."""
    page = await two_factor(provider, alice, browser)
    old, under_way = page, await page.submit(button="Add an authenticator app", name="eleven")
    last = alice
    for number in range(2, 11):
        page, last = await added(provider, page, alice, f"phone {number}")
    assert not page.has("Add an authenticator app")
    assert "You have as many as there can be." in page.text
    assert (await old.submit(button="Add an authenticator app", name="eleven")).step == "two-factor"
    eleven = replace(alice, secret=None, last_time_step=0)
    provider.clock.advance(minutes=1)
    page = await last.sign_in(await under_way.reload(), until="enrolment")
    assert (await eleven.sign_in(page)).step == "two-factor"
    assert len(await names(provider)) == 10


async def test_an_app_that_is_replaced_already_makes_no_room(
    provider: Provider, browser: Browser, alice: Person
) -> None:
    """Set-ups in the place of one app, in as many tabs: nothing but the first one takes its place."""
    page = await two_factor(provider, alice, browser)
    under_way = [await (await of(provider, page, 0)).submit(button="Replace app") for _ in range(3)]
    for number in range(2, 11):
        page, _ = await added(provider, page, alice, f"phone {number}")
    last = alice
    for begun in under_way:
        provider.clock.advance(minutes=1)
        page = await last.sign_in(await begun.reload(), until="enrolment")
        phone = replace(alice, secret=None, last_time_step=0)
        assert (await phone.sign_in(page)).step == "two-factor-done"
        last = phone
    assert len(await names(provider)) == 11


async def test_an_app_cannot_be_added_where_there_is_none(provider: Provider, browser: Browser) -> None:
    """Whatever a form says: two-factor is enabled first, with everything that goes with it."""
    await password_is_enough(provider)
    bob = await provider.person("bob")
    page = await two_factor(provider, bob, browser)
    token = page.fields["csrf"].value
    pairs = [("csrf", token), ("name", "phone")]
    page = await browser.go(
        "POST", provider.issuer.url("/account/two-factor/add"), initiator=page.initiator, pairs=pairs
    )
    assert page.has("Enable")


# ── renamed and replaced ─────────────────────────────────────────────────────────────────────────


async def test_rename(provider: Provider, browser: Browser, alice: Person) -> None:
    page = await two_factor(provider, alice, browser)
    page = await (await page.click("Change")).submit(name="  my   phone ")
    assert page.step == "two-factor"
    assert await names(provider) == [("my phone", "confirmed")]
    assert len(await events(provider, "factor_renamed")) == 1


async def test_replacing_one_of_several_leaves_the_others(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """The one that is named goes in the same moment, its successor has its name; the recovery codes stay."""
    page = await two_factor(provider, alice, browser)
    page, phone = await added(provider, page, alice, "work phone")
    page = await (await of(provider, page, 1)).submit(button="Replace app")
    assert label(page) == "alice (work phone)"
    assert "Your recovery codes stay the same." in page.text
    old, codes = replace(phone), list(alice.recovery_codes)
    provider.clock.advance(minutes=1)
    page = await phone.sign_in(page)
    assert phone.steps == ["enrolment"]
    assert page.heading == "Two-factor is on"
    assert await names(provider) == [("Authenticator app", "confirmed"), ("work phone", "confirmed")]
    assert await provider.services.database.fetchval(CODES_LEFT) == len(codes)
    provider.clock.advance(minutes=1)
    async with Browser() as elsewhere:
        at = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="second-factor")
        assert (await at.submit(code=old.app_code())).alerts
        assert not (await at.submit(code=phone.app_code())).alerts


async def test_after_a_recovery_code_all_apps_are_new(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """Those reported as lost too, and the codes with them."""
    page = await two_factor(provider, alice, browser)
    page, _ = await added(provider, page, alice, "work phone")
    await (await of(provider, page, 1, "/lost")).submit(button="Report it as lost")
    old = list(alice.recovery_codes)
    alice.use_recovery_code = True
    async with Browser() as elsewhere:
        page = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="recovery-used")
        page = await page.submit(button="set_up")
        assert label(page) == "alice"
        await alice.sign_in(page)
    assert await names(provider) == [("Authenticator app", "confirmed")]
    assert not set(old) & set(alice.recovery_codes)


# ── removed ──────────────────────────────────────────────────────────────────────────────────────


async def test_remove_one_of_two(provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person) -> None:
    """N-35: with a code of just now; from that moment on it opens nothing."""
    page = await two_factor(provider, alice, browser)
    page, phone = await added(provider, page, alice, "work phone")
    provider.clock.advance(minutes=6)
    page = await of(provider, page, 1, "/remove")
    assert page.step == "password"
    page = await alice.sign_in(page)
    assert page.step == "two-factor-remove"
    assert "work phone" in page.text
    page = await page.submit(button="Remove")
    assert await names(provider) == [("Authenticator app", "confirmed")]
    assert len(await events(provider, "factor_removed")) == 1
    assert await provider.services.database.fetchval(CODES_LEFT) == 10
    provider.clock.advance(minutes=1)
    async with Browser() as elsewhere:
        at = await phone.sign_in(await elsewhere.open(await wiki.authorization_url()), until="second-factor")
        assert (await at.submit(code=phone.app_code())).alerts


async def test_the_last_one_that_proves_anything_is_not_removed(
    provider: Provider, browser: Browser, alice: Person
) -> None:
    """That is turning two-factor off, or reporting a loss; an old form removes nothing either."""
    page = await two_factor(provider, alice, browser)
    page, _ = await added(provider, page, alice, "work phone")
    form = await of(provider, page, 0, "/remove")
    await (await of(provider, page, 1, "/lost")).submit(button="Report it as lost")
    assert "It cannot be removed" in (await of(provider, page, 0)).text
    assert (await form.submit(button="Remove")).step == "two-factor"
    assert await names(provider) == [("Authenticator app", "confirmed"), ("work phone", "suspended")]
    page = await (await of(provider, page, 1, "/remove")).submit(button="Remove")
    assert await names(provider) == [("Authenticator app", "confirmed")]


# ── lost and found ───────────────────────────────────────────────────────────────────────────────


async def test_a_lost_device_opens_nothing_at_once(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """N-34: from a live session without any proof; everything else that is signed in ends with it."""
    async with Browser() as elsewhere:
        await sign_in(wiki, alice, elsewhere)
        provider.clock.advance(minutes=1)
        page = await two_factor(provider, alice, browser)
        page, phone = await added(provider, page, alice, "work phone")
        provider.clock.advance(minutes=50)
        page = await (await browser.open(provider.issuer.url("/account/two-factor"))).click("I lost this device")
        assert page.step == "two-factor-lost"
        page = await page.submit(button="Report it as lost")
        assert page.step == "two-factor"
        assert "Reported as lost on" in page.text
        assert await names(provider) == [("Authenticator app", "suspended"), ("work phone", "confirmed")]
        assert await provider.services.database.fetchval(LIVE_SESSIONS) == 1
        assert await provider.services.database.fetchval(LIVE_GRANTS) == 0
        assert len(await events(provider, "factor_suspended")) == 1
        told = (await browser.open(provider.issuer.url("/account/activity"))).text
        assert "Authenticator app added" in told
        assert "One authenticator app reported as lost" in told
        at = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="second-factor")
        assert alice.steps == ["password"]
        assert (await at.submit(code=alice.app_code())).alerts
        assert not (await at.submit(code=phone.app_code())).alerts


async def test_with_everything_lost_a_recovery_code_is_asked_for(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """It stays on: whoever has the password alone gets nowhere, and sets nothing up."""
    page = await two_factor(provider, alice, browser)
    page = await page.click("I lost this device")
    assert "It is the last one that opens your account." in page.text
    page = await page.submit(button="Report it as lost")
    assert "Everything you have is reported as lost." in page.text
    async with Browser() as elsewhere:
        page = await alice.sign_in(await elsewhere.open(await wiki.authorization_url()), until="recovery")
        assert page.step == "recovery"
        assert (await elsewhere.open(page.url.replace("recovery", "enrolment"))).step == "recovery"
        page = await alice.sign_in(page, until="recovery-used")
        assert page.step == "recovery-used"


async def test_found_again_it_needs_another_one_to_vouch_for_it(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person
) -> None:
    """N-34: what was proved before the report does not count, however fresh it is."""
    page = await two_factor(provider, alice, browser)
    page, phone = await added(provider, page, alice, "work phone")
    page = await (await of(provider, page, 0, "/lost")).submit(button="Report it as lost")
    provider.clock.advance(minutes=1)
    page = await page.click("I found it")
    page = await page.submit(button="Use it again")
    assert page.step == "password"
    at = await alice.sign_in(page, until="second-factor")
    assert (await at.submit(code=alice.app_code())).alerts
    page = await phone.sign_in(at)
    assert page.step == "two-factor-found"
    assert await names(provider) == [("Authenticator app", "suspended"), ("work phone", "confirmed")]
    page = await page.submit(button="Use it again")
    assert await names(provider) == [("Authenticator app", "confirmed"), ("work phone", "confirmed")]
    assert len(await events(provider, "factor_reactivated")) == 1
    provider.clock.advance(minutes=1)
    async with Browser() as elsewhere:
        await sign_in(wiki, alice, elsewhere)


async def test_reported_twice_is_reported_once(provider: Provider, browser: Browser, alice: Person) -> None:
    page = await (await two_factor(provider, alice, browser)).click("I lost this device")
    for _ in range(2):
        assert (await page.submit(button="Report it as lost")).step == "two-factor"
    assert len(await events(provider, "factor_suspended")) == 1
    assert not (await page.reload()).has("Report it as lost")


# ── what is not theirs ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("doing", ["", "/lost", "/found", "/remove"])
@pytest.mark.parametrize("named", ["another's", "nobody's", "nonsense"])
async def test_a_factor_that_is_not_theirs_is_left_alone(
    provider: Provider, browser: Browser, wiki: AuthlibClient, alice: Person, doing: str, named: str
) -> None:
    """Read or changed, it is answered alike whether somebody has it or nobody does."""
    other = (await provider.services.database.fetch(IDS))[0]["id"]
    factor = {"another's": other, "nobody's": "00000000-0000-4000-8000-000000000000", "nonsense": "n0"}[named]
    await provider.rule("server", "", REQUIRED)
    bob = await enrolled(provider, wiki, "bob")
    page = await two_factor(provider, bob, browser)
    url = provider.issuer.url(f"/account/two-factor/factors/{factor}{doing}")
    assert (await browser.open(url)).step == "two-factor"
    pairs = [("csrf", page.fields["csrf"].value), ("name", "mine")]
    assert (await browser.go("POST", url, initiator=page.initiator, pairs=pairs)).step == "two-factor"
    app = provider.issuer.url("/account/two-factor/app")
    pairs = [("csrf", page.fields["csrf"].value), ("factor", str(factor))]
    assert (await browser.go("POST", app, initiator=page.initiator, pairs=pairs)).step == "two-factor"
    assert await names(provider) == [("Authenticator app", "confirmed")] * 2


async def test_two_tabs_replace_the_same_app(provider: Provider, browser: Browser, alice: Person) -> None:
    """The second one finds it gone: its app stands beside the first one's, under a name of its own."""
    page = await (await two_factor(provider, alice, browser)).click("Change")
    tabs = [await page.submit(button="Replace app") for _ in range(2)]
    provider.clock.advance(minutes=1)
    first, second = (replace(alice, secret=None, steps=[], last_time_step=0) for _ in tabs)
    await first.sign_in(tabs[0])
    provider.clock.advance(minutes=1)
    page = await first.sign_in(await tabs[1].reload(), until="enrolment")
    assert first.steps == ["second-factor"]
    await second.sign_in(page)
    assert await names(provider) == [("Authenticator app", "confirmed"), ("Authenticator app 2", "confirmed")]
