"""Enrolment that cannot be stolen: where a pass is asked for, the password alone binds no first factor (N-27)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from idp.authenticators.enrolment_pass import LONGEST
from idp.keystore.audit_sealing import Person as AuditPerson
from idp.keystore.audit_sealing import event_place, open_personal
from idp.policy.rules import Grace, Rule
from idp.usecases import passes, user_access
from idp.usecases.management import Refused
from idp.usecases.passes import Handover
from idp.values.sealed import Sealed
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.page import Page
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import IF_ENROLLED, REQUIRED, details, enrolled, password_is_enough, sign_in

WITH_PASS = replace(REQUIRED, enrolment_pass=True)
NOBODYS = "aaaa-bbbb-cccc-dddd-eeee-ffff"
BOUND = """
SELECT e.at, e.user_id, e.personal, u.audit_salt FROM security_events e JOIN users u ON u.id = e.user_id
WHERE e.kind = 'enrolment_confirmed'
"""
PASSES = "SELECT count(*) FROM enrolment_passes"


async def given(provider: Provider, name: str = "alice", handover: Handover = passes.PRINTED) -> str:
    """A pass, as it was printed."""
    async with provider.unit() as made:
        return str((await passes.make(made, name, handover)).text)


async def asked(app: AuthlibClient, person: Person, browser: Browser, **parameters: str) -> Page:
    """As far as the page that asks for a pass."""
    page = await person.sign_in(await browser.open(await app.authorization_url(**parameters)), until="enrolment-pass")
    assert page.step == "enrolment-pass", page
    return page


@pytest.fixture
async def wiki(provider: Provider) -> AuthlibClient:
    """Whoever has no factor sets one up, with a pass."""
    await provider.rule("server", "", WITH_PASS)
    return await provider.app()


async def test_the_pass_lets_the_first_factor_in_and_is_spent(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """Shown, then set-up as ever; the pass goes with the factor."""
    alice = await provider.person()
    alice.enrolment_pass = await given(provider)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()))
    assert alice.steps == ["password", "enrolment-pass", "enrolment", "recovery-codes"]
    assert (await wiki.exchange(page.url)).claims["acr"] == "2fa"
    assert await provider.services.database.fetchval(PASSES) == 0
    assert await provider.events("enrolment_pass_made", "enrolment_pass_shown", "enrolment_confirmed") == [
        "enrolment_pass_made",
        "enrolment_pass_shown",
        "enrolment_confirmed",
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter your enrolment pass"),
        (" - ", "Enter your enrolment pass"),
        ("123456", "has 24 letters and digits"),
        ("k7pm-x2dq-9w4t-c8hn", "has 24 letters and digits"),
        ("0000-0000-0000-0000-0000-0000", "has 24 letters and digits"),
        ("a" * 60000, "has 24 letters and digits"),
        (NOBODYS, "not the enrolment pass of this account"),
    ],
)
async def test_what_is_no_pass_is_told_apart(
    provider: Provider, browser: Browser, wiki: AuthlibClient, typed: str, words: str
) -> None:
    """A shape that cannot be one counts as no try."""
    alice = await provider.person()
    page = await (await asked(wiki, alice, browser)).submit(enrolment_pass=typed)
    assert page.step == "enrolment-pass"
    assert words in page.alerts[0]
    assert page.fields["enrolment_pass"].value == ""
    counted = [each["reason"] for each in await details(provider, "enrolment_pass_refused")]
    assert counted == (["wrong"] if typed == NOBODYS else [])


@pytest.mark.parametrize("spelt", [str.upper, lambda text: text.replace("-", " "), lambda text: text.replace("-", "")])
async def test_spelling_does_not_matter(
    provider: Provider, browser: Browser, wiki: AuthlibClient, spelt: object
) -> None:
    """Any case, spaces, dashes."""
    assert callable(spelt)
    alice = await provider.person()
    page = await (await asked(wiki, alice, browser)).submit(enrolment_pass=spelt(await given(provider)))
    assert page.step == "enrolment"


async def test_another_persons_pass_opens_nothing(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """The page says no more than of any wrong one; the event does, and the other's pass stays good."""
    alice, bob = await provider.person(), await provider.person("bob")
    bob.enrolment_pass = await given(provider, "bob")
    page = await (await asked(wiki, alice, browser)).submit(enrolment_pass=bob.enrolment_pass)
    assert "not the enrolment pass of this account" in page.alerts[0]
    assert [each["reason"] for each in await details(provider, "enrolment_pass_refused")] == ["foreign"]
    async with Browser() as other:
        await sign_in(wiki, bob, other)


async def test_a_pass_is_over_when_its_time_is(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """To the second; the page says whom to ask."""
    alice = await provider.person()
    page = await asked(wiki, alice, browser)
    late = await given(provider, handover=Handover(lives=timedelta(minutes=10)))
    provider.clock.advance(minutes=10)
    page = await page.submit(enrolment_pass=late)
    assert "This enrolment pass is over" in page.alerts[0]
    assert [each["reason"] for each in await details(provider, "enrolment_pass_refused")] == ["expired"]
    in_time = await given(provider, handover=Handover(lives=timedelta(minutes=10)))
    provider.clock.advance(minutes=9, seconds=59)
    assert (await page.submit(enrolment_pass=in_time)).step == "enrolment"


async def test_one_made_anew_voids_the_one_before(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """Also where that was shown already, and its factor is not yet bound."""
    alice = await provider.person()
    first = await given(provider)
    page = await (await asked(wiki, alice, browser)).submit(enrolment_pass=first)
    assert page.step == "enrolment"
    second = await given(provider)
    page = await page.reload()
    assert page.step == "enrolment-pass"
    page = await page.submit(enrolment_pass=first)
    assert "not the enrolment pass of this account" in page.alerts[0]
    assert (await page.submit(enrolment_pass=second)).step == "enrolment"


async def test_no_page_of_the_set_up_opens_without_it(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """By address or by form, whoever has only the password is back at the pass."""
    page = await asked(wiki, await provider.person(), browser)
    for name in ("enrolment", "recovery-codes", "recovery-used", "lost"):
        elsewhere = page.url.replace("enrolment-pass", name)
        assert (await browser.open(elsewhere)).step == "enrolment-pass"
        posted = [("csrf", page.fields["csrf"].value), ("code", "123456"), ("answer", "set_up"), ("saved", "yes")]
        assert (await browser.go("POST", elsewhere, initiator=page.initiator, pairs=posted)).step == "enrolment-pass"
    assert await provider.events("enrolment_started") == []


async def test_of_two_sign_ins_with_one_pass_one_binds_a_factor(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """The other is asked for the factor that was bound."""
    alice, thief = await provider.person(), None
    alice.enrolment_pass = await given(provider)
    async with Browser() as other:
        thief = replace(alice)
        late = await thief.sign_in(await other.open(await wiki.authorization_url()), until="enrolment")
        await sign_in(wiki, alice, browser)
        late = await thief.answer(late)
        assert late.step == "second-factor"
    assert await provider.events("enrolment_confirmed") == ["enrolment_confirmed"]


async def test_guessing_is_paused_and_a_right_one_waits(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """One counter per account, as for every secret (SP 800-63B 3.2.2); a pass made anew begins afresh."""
    alice = await provider.person()
    page = await asked(wiki, alice, browser)
    for tries in range(1, 10):
        page = await page.submit(enrolment_pass=NOBODYS)
        assert ("left before a 15-minute pause" in page.alerts[0]) is (tries >= 7)
    page = await page.submit(enrolment_pass=NOBODYS)
    assert page.step == "paused"
    assert "too many wrong enrolment passes" in page.text
    assert await provider.events("throttle_paused") == ["throttle_paused"]
    anew = await given(provider)
    assert (await page.click("Try again")).step in {"paused", "enrolment-pass"}
    async with Browser() as other:
        assert (await (await asked(wiki, alice, other)).submit(enrolment_pass=anew)).step == "enrolment"


async def test_the_right_one_is_not_looked_at_during_a_pause(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """Until it ends; then it is."""
    alice = await provider.person()
    right = await given(provider)
    page = await asked(wiki, alice, browser)
    for _ in range(10):
        page = await page.submit(enrolment_pass=NOBODYS) if page.step == "enrolment-pass" else page
    async with Browser() as other:
        held = await (await asked(wiki, alice, other)).submit(enrolment_pass=right)
        assert held.step == "paused"
        provider.clock.advance(minutes=15)
        assert (await (await asked(wiki, alice, other)).submit(enrolment_pass=right)).step == "enrolment"


async def test_it_may_wait_where_the_rule_leaves_time(provider: Provider, browser: Browser) -> None:
    """«Skip for now» stands on the page of the pass."""
    await provider.rule("server", "", replace(WITH_PASS, grace=Grace(days=7)))
    wiki, alice = await provider.app(), await provider.person()
    page = await asked(wiki, alice, browser)
    assert "Skip for now (until " in page.text
    assert (await page.submit(button="skip")).at_app


async def test_a_rule_for_a_group_asks_its_members_alone(provider: Provider, browser: Browser) -> None:
    """What stands for admins until people have roles. Under if_enrolled it waits in the portal."""
    await provider.rule("server", "", REQUIRED)
    wiki, alice, bob = await provider.app(), await provider.person(), await provider.person("bob")
    await provider.rule("user", "bob", Rule(level=None, enrolment_pass=True))
    assert (await sign_in(wiki, alice, browser)).at_app
    async with Browser() as other:
        await asked(wiki, bob, other)


async def test_after_a_reset_the_password_alone_sets_nothing_up(provider: Provider, browser: Browser) -> None:
    """V6.4.3: also where no rule asks for a pass; the demand ends with the factor that the pass let in."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    async with provider.unit() as made:
        done = await user_access.reset_second_factor(made, "alice", "lost the phone")
    page = await asked(wiki, alice, browser)
    page = await page.submit(enrolment_pass=str(done.given.text))
    assert (await alice.sign_in(page)).at_app
    async with provider.unit() as made:
        with pytest.raises(Refused, match="has a second factor"):
            await passes.make(made, "alice", passes.PRINTED)
        made.nothing_changed()
    demanded = "SELECT enrolment_pass_demanded FROM users WHERE username = 'alice'"
    assert await provider.services.database.fetchval(demanded) is False


@pytest.mark.parametrize(
    ("button", "then"), [("Enable", "enrolment"), ("Add a security key or passkey", "key-enrolment")]
)
async def test_after_a_reset_the_portal_asks_for_the_pass_too(
    provider: Provider, browser: Browser, button: str, then: str
) -> None:
    """Where one factor is enough, setting one up by oneself is not the way around it."""
    await password_is_enough(provider)
    alice = await provider.person()
    async with provider.unit() as made:
        done = await user_access.reset_second_factor(made, "alice", "lost the phone")
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account/two-factor")))
    page = await alice.sign_in(await page.submit(button=button), until="enrolment-pass")
    assert page.step == "enrolment-pass", page
    assert (await page.submit(enrolment_pass=str(done.given.text))).step == then


@pytest.mark.parametrize(
    "handover",
    [
        Handover(lives=timedelta()),
        Handover(lives=timedelta(hours=-1)),
        Handover(lives=LONGEST + timedelta(hours=1)),
        Handover(mail=True, lives=timedelta(hours=25)),
        Handover(mail=True),
    ],
)
async def test_a_pass_that_cannot_be_handed_over_is_refused(provider: Provider, handover: Handover) -> None:
    """Too long, not at all, or by mail where no server is named. Nothing is made."""
    await provider.person()
    async with provider.unit() as made:
        with pytest.raises(Refused):
            await passes.make(made, "alice", handover)
        made.nothing_changed()
    assert await provider.services.database.fetchval(PASSES) == 0


async def test_who_asks_nothing_needs_none(provider: Provider, browser: Browser) -> None:
    """The first factor of an account that has none is free, unless somebody says otherwise."""
    await provider.rule("server", "", IF_ENROLLED)
    await provider.rule("server", "", REQUIRED)
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    assert "enrolment-pass" not in alice.steps


async def test_the_event_says_when_where_and_by_what(provider: Provider, browser: Browser, wiki: AuthlibClient) -> None:
    """N-27: time, source address and user agent of the binding are on record, sealed for its person."""
    alice = await provider.person()
    alice.enrolment_pass = await given(provider)
    browser.client.headers["User-Agent"] = "Mozilla/5.0 Firefox/140.0"
    await sign_in(wiki, alice, browser)
    row = await provider.services.database.fetchrow(BOUND)
    assert row is not None
    assert row["at"] == provider.clock()
    person = AuditPerson(user=row["user_id"], salt=row["audit_salt"])
    place = event_place(at=row["at"], kind="enrolment_confirmed", user=row["user_id"])
    opened = open_personal(provider.services.service_keys, person, Sealed(row["personal"]), place)
    assert opened["address"] in {"127.0.0.1", "::1"}
    assert opened["agent"] == "Mozilla/5.0 Firefox/140.0"


async def test_a_pass_that_is_spent_opens_nothing_after_the_factor_is_gone(
    provider: Provider, browser: Browser, wiki: AuthlibClient
) -> None:
    """In another sign-in it was shown, and never used: that answer went with the pass."""
    await provider.rule("server", "", Rule(level=None, enrolment_pass=True))
    alice = await provider.person()
    alice.enrolment_pass = await given(provider)
    thief = replace(alice)
    async with Browser() as other:
        page = await thief.sign_in(await other.open(await wiki.authorization_url(acr_values="2fa")), until="enrolment")
        assert page.step == "enrolment"
        await sign_in(wiki, alice, browser, acr_values="2fa")
        off = await alice.sign_in(await browser.open(provider.issuer.url("/account/two-factor/off")))
        await off.submit(button="Turn off")
        assert await provider.events("second_factor_turned_off") == ["second_factor_turned_off"]
        assert (await page.reload()).step != "enrolment"
        assert (await page.submit(code=thief.app_code() if thief.secret else "123456")).step != "recovery-codes"
