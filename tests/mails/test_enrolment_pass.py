"""Enrolment passes by mail: to the address that somebody vouched for, in one mail, and printed nowhere."""

from __future__ import annotations

import re
from datetime import timedelta

from idp.authenticators.methods import Level
from idp.policy.rules import Rule
from tests.drivers.browser_http import Browser
from tests.drivers.command_line import CommandLine
from tests.drivers.mailbox import Mail, Mailbox
from tests.drivers.outbox import send_due
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.scenes import details, enrolled, sign_in

REQUIRED_WITH_PASS = Rule(level=Level.TWO, enrolment_pass=True)
PASS = re.compile(r"^    ([a-z2-9]{4}(?:-[a-z2-9]{4}){5})$", re.MULTILINE)


async def told(provider: Provider, box: Mailbox) -> dict[str, Mail]:
    """By subject. Commands go by the machine's clock, this provider by another."""
    await provider.services.database.execute("UPDATE outbox SET due_at = $1", provider.clock())
    later = provider.clock() + timedelta(hours=1)
    await provider.services.database.execute("UPDATE enrolment_passes SET expires_at = $1", later)
    before = len(box.mails)
    await send_due(provider.services)
    return {mail.subject: mail for mail in box.mails[before:]}


async def signs_in_with(mail: Mail, person: Person, provider: Provider, browser: Browser) -> None:
    """What the mail holds lets a first factor in."""
    (person.enrolment_pass,) = PASS.findall(mail.text)
    await sign_in(await provider.app("chat"), person, browser)
    assert "enrolment-pass" in person.steps


async def test_it_is_mailed_and_not_printed(
    provider: Provider, browser: Browser, idp: CommandLine, box: Mailbox
) -> None:
    """N-31: whom it is for, until when, and that it is typed on our own page alone."""
    alice = await provider.person()
    await idp("policy", "set", "server", "required", "--enrolment-pass")
    ran = (await idp("user", "enrolment-pass", "alice", "--mail", "--json")).json
    assert ran["enrolment_pass"] is None
    mails = await told(provider, box)
    mail = mails["An enrolment pass for your idp account"]
    assert mail.to == "alice@example.org"
    assert "It works once, until" in mail.text
    assert "give it to nobody" in mail.text
    (text,) = PASS.findall(mail.text)
    assert text in mail.html
    assert text not in str(await details(provider, "enrolment_pass_made"))
    await signs_in_with(mail, alice, provider, browser)


async def test_a_reset_may_mail_it(provider: Provider, browser: Browser, idp: CommandLine, box: Mailbox) -> None:
    """Beside the mail that says what happened, which holds no pass."""
    alice = await enrolled(provider, await provider.app())
    await told(provider, box)
    ran = await idp("user", "reset-second-factor", "alice", "--reason", "lost phone", "--mail")
    assert "Mailed an enrolment pass to alice" in ran.out
    mails = await told(provider, box)
    reset = mails["Two-factor of your idp account was reset by an admin"]
    assert "needs an enrolment pass" in reset.text
    assert PASS.findall(reset.text) == []
    await signs_in_with(mails["An enrolment pass for your idp account"], alice, provider, browser)


async def test_whose_pass_is_guessed_at_is_told(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """V6.3.5: the password was right."""
    alice = await provider.person()
    await provider.rule("server", "", REQUIRED_WITH_PASS)
    wiki = await provider.app()
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment-pass")
    await page.submit(enrolment_pass="2222-2222-2222-2222-2222-2222")
    assert "Your idp password was right, the code was not" in await told(provider, box)
