"""«Set-up needed by …»: mailed 14, 3 and 1 days before the end of a grace, once each, to whom it concerns."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from idp.authenticators.methods import Level
from idp.jobs.runner import run_due
from idp.jobs.schedule import JOBS
from idp.policy.rules import Grace, Rule, Target
from idp.usecases import groups, user_access
from idp.usecases.grace_reminders import remind
from tests.drivers.browser_http import Browser
from tests.drivers.mailbox import Mail, Mailbox
from tests.drivers.outbox import entries, send_due
from tests.drivers.provider import Provider
from tests.drivers.scenes import IF_ENROLLED, details, exempt, password_is_enough, sign_in

WEEK = Rule(level=Level.TWO, grace=Grace(days=7))
NOBODY = """
INSERT INTO users (id, sub, username, email, email_verified, status, audit_salt, created_at, updated_at)
VALUES (gen_random_uuid(), $1, $2, $3, true, 'active', decode(repeat('ab', 32), 'hex'), $4, $4)
"""
REMINDERS = [job for job in JOBS if job.name == "grace_reminders"]


def starting(provider: Provider, level: Level = Level.TWO, **delay: int) -> Rule:
    """Required from an instant on."""
    return Rule(level=level, grace=Grace(starts_at=provider.clock() + timedelta(**delay)))


async def arrived(provider: Provider, box: Mailbox) -> list[Mail]:
    """What the jobs process sends now; only reminders."""
    before = len(box.mails)
    await run_due(provider.services, provider.clock(), REMINDERS)
    await send_due(provider.services)
    return [mail for mail in box.mails[before:] if "needs" in mail.subject]


async def test_three_times_and_no_more(provider: Provider, box: Mailbox) -> None:
    """Who has not signed in for weeks is told as well; the link leads to where it is set up."""
    await provider.person()
    end = provider.clock() + timedelta(days=20)
    await provider.rule("server", "", starting(provider, days=20))
    days = []
    for hour in range(20 * 24 + 2):
        for mail in await arrived(provider, box) if hour % 6 == 0 else []:
            left = end - provider.clock()
            days.append(left / timedelta(days=1))
            assert mail.to == "alice@example.org"
            assert mail.subject == f"Your idp account needs two-factor sign-in by {end.day} {end:%B %Y}"
            assert provider.issuer.url("/account/two-factor") in mail.text
            assert "secure-account" not in mail.text
        provider.clock.advance(hours=1)
    assert days == [14, 3, 1]
    assert [each["days"] for each in await details(provider, "enrolment_due")] == [14, 3, 1]


async def test_after_a_standstill_only_the_nearest(provider: Provider, box: Mailbox) -> None:
    """The jobs were down: nobody gets what is past."""
    await provider.person()
    await provider.rule("server", "", starting(provider, days=15))
    assert await arrived(provider, box) == []
    provider.clock.advance(days=13)
    assert len(await arrived(provider, box)) == 1
    (told,) = await details(provider, "enrolment_due")
    assert told["days"] == 3
    provider.clock.advance(days=3)
    assert await arrived(provider, box) == []


@pytest.mark.parametrize("place", ["server", "group", "user"])
async def test_whom_the_rule_applies_to(provider: Provider, box: Mailbox, place: Target) -> None:
    """All, the members, or the person; each address once."""
    await password_is_enough(provider)
    for name in ("alice", "bob"):
        await provider.person(name)
    async with provider.unit() as made:
        await groups.add(made, "staff")
        await groups.add_member(made, "staff", "alice")
    await provider.rule(place, {"server": "", "group": "staff", "user": "alice"}[place], starting(provider, days=2))
    told = sorted(mail.to for mail in await arrived(provider, box))
    assert told == (["alice@example.org", "bob@example.org"] if place == "server" else ["alice@example.org"])


async def test_of_a_client_those_who_have_met_it(provider: Provider, browser: Browser, box: Mailbox) -> None:
    await password_is_enough(provider)
    wiki, alice = await provider.app(), await provider.person()
    await provider.person("bob")
    await provider.rule("client", "wiki", starting(provider, days=2))
    assert await arrived(provider, box) == []
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment")
    assert (await page.submit(button="skip")).at_app
    provider.clock.advance(hours=2)
    assert [mail.to for mail in await arrived(provider, box)] == ["alice@example.org"]


async def test_days_run_from_the_first_sign_in(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """Before it nobody knows the end."""
    await provider.rule("server", "", WEEK)
    wiki, alice = await provider.app(), await provider.person()
    assert await arrived(provider, box) == []
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment")
    assert (await page.submit(button="skip")).at_app
    provider.clock.advance(days=4)
    assert len(await arrived(provider, box)) == 1
    (told,) = await details(provider, "enrolment_due")
    assert told["days"] == 3


async def test_who_has_one_or_needs_none_hears_nothing(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """Enrolled, reset, exempt, switched off, without an address that somebody vouched for."""
    wiki = await provider.app()
    people = {name: await provider.person(name) for name in ("alice", "bob", "carol", "dan", "eve")}
    await sign_in(wiki, people["alice"], browser)
    async with Browser() as elsewhere:
        await sign_in(wiki, people["bob"], elsewhere)
    async with provider.unit() as made:
        await user_access.reset_second_factor(made, "bob", "lost the phone")
        await user_access.disable(made, "carol")
    await exempt(provider, people["dan"])
    await provider.services.database.execute("UPDATE users SET email_verified = false WHERE username = 'eve'")
    await provider.rule("server", "", starting(provider, days=2))
    provider.clock.advance(hours=2)
    assert await arrived(provider, box) == []


async def test_a_key_is_asked_of_who_has_an_app(provider: Provider, browser: Browser, box: Mailbox) -> None:
    wiki, alice = await provider.app(), await provider.person()
    await sign_in(wiki, alice, browser)
    await provider.rule("server", "", starting(provider, Level.PHISHING_RESISTANT, days=2))
    provider.clock.advance(hours=2)
    (mail,) = await arrived(provider, box)
    assert "needs a security key or passkey by" in mail.subject


async def test_set_up_meanwhile_it_is_not_sent(provider: Provider, box: Mailbox) -> None:
    """Taken back before its mail has left, the rule is told to nobody after its end."""
    await provider.person()
    await provider.rule("server", "", starting(provider, days=1))
    await remind(provider.services, provider.clock())
    provider.clock.advance(days=2)
    await send_due(provider.services)
    assert box.mails == []


async def test_moved_nearer_it_is_told_at_once_and_moved_away_at_its_time(provider: Provider, box: Mailbox) -> None:
    await provider.person()
    await provider.rule("server", "", starting(provider, days=10))
    assert len(await arrived(provider, box)) == 1
    provider.clock.advance(hours=1)
    await provider.rule("server", "", starting(provider, days=5))
    assert len(await arrived(provider, box)) == 1
    provider.clock.advance(hours=1)
    await provider.rule("server", "", starting(provider, days=12))
    assert await arrived(provider, box) == []
    provider.clock.advance(days=9, hours=2)
    assert len(await arrived(provider, box)) == 1


async def test_no_rule_leaves_time(provider: Provider, box: Mailbox) -> None:
    """Then nobody is read."""
    await provider.rule("server", "", IF_ENROLLED)
    await provider.person()
    assert await arrived(provider, box) == []


async def test_ten_runs_at_once_tell_it_once(provider: Provider, box: Mailbox) -> None:
    """Bears being run twice, also by nodes that know nothing of one another; in batches."""
    for number in range(205):
        async with provider.unit() as made:
            await made.connection.execute(NOBODY, f"sub-{number:018d}", f"p{number}", f"p{number}@example.org", made.at)
            made.nothing_changed()
    await provider.rule("server", "", starting(provider, days=2))
    told = await asyncio.gather(*(remind(provider.services, provider.clock()) for _ in range(10)))
    assert sum(told) == 205
    assert len(await entries(provider.services)) == 205
    assert await remind(provider.services, provider.clock()) == 0
