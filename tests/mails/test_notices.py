"""What people are told, by the mails that arrive: each from what a person or an admin really does."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from tests.drivers.browser_http import Browser
from tests.drivers.command_line import CommandLine
from tests.drivers.mailbox import Mail, Mailbox
from tests.drivers.outbox import send_due
from tests.drivers.provider import Provider
from tests.drivers.scenes import Counter, enrolled, password_is_enough, sign_in
from tests.drivers.soft_key import SoftKey

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def delivered(provider: Provider, box: Mailbox) -> list[Mail]:
    """What is sent now, and was not before."""
    before = len(box.mails)
    await send_due(provider.services)
    return box.mails[before:]


async def subjects(provider: Provider, box: Mailbox) -> list[str]:
    return sorted(mail.subject for mail in await delivered(provider, box))


async def test_the_first_sign_in(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """N-27: told at once, with time, address and browser in words; never a secret, never a code."""
    wiki, alice = await provider.app(), await provider.person()
    browser.client.headers["User-Agent"] = FIREFOX
    await sign_in(wiki, alice, browser)
    told = {mail.subject: mail for mail in await delivered(provider, box)}
    assert sorted(told) == ["A new browser signed in to your idp account", "Two-factor is on for your idp account"]
    for mail in told.values():
        assert mail.to == "alice@example.org"
        assert re.search(
            r"^When: .+ UTC\nWhere: (127\.0\.0\.1|::1)\nBrowser: Firefox on Windows\n", mail.text, re.MULTILINE
        )
        assert "We never ask for your password or codes." in mail.text
        secrets = [alice.secret or "-", alice.password, *alice.recovery_codes]
        assert [secret for secret in secrets if secret in mail.message.as_string()] == []


async def test_a_known_browser_is_not_told_again(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """V6.3.7: another browser is."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await delivered(provider, box)
    await sign_in(wiki, alice, browser)
    assert await subjects(provider, box) == ["A new browser signed in to your idp account"]
    provider.clock.advance(minutes=2)
    await sign_in(wiki, alice, browser, prompt="login")
    assert await subjects(provider, box) == []


async def test_the_right_password_and_a_wrong_code(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """V6.3.5: once an hour, however often."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await delivered(provider, box)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    for _ in range(3):
        page = await page.submit(code="000000")
    (mail,) = await delivered(provider, box)
    assert mail.subject == "Your idp password was right, the code was not"
    provider.clock.advance(minutes=59)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    await page.submit(code="000000")
    assert await delivered(provider, box) == []
    provider.clock.advance(minutes=2)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    await page.submit(code="000000")
    (mail,) = await delivered(provider, box)
    assert "Wrong codes were typed 5 times in a row" in mail.text


async def test_too_many_passwords(provider: Provider, browser: Browser, box: Mailbox) -> None:
    wiki, _ = await provider.app(), await provider.person()
    page = await browser.open(await wiki.authorization_url())
    for _ in range(11):
        page = await page.submit(username="alice", password="wrong")
    (mail,) = await delivered(provider, box)
    assert mail.subject == "Signing in to your idp account is paused"


async def test_a_recovery_code_and_a_new_app(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """N-36."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await delivered(provider, box)
    alice.use_recovery_code = True
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="recovery-used")
    assert [mail.subject for mail in await delivered(provider, box)] == ["A recovery code of your idp account was used"]
    assert "9 are left" in box.mails[-1].text
    page = await page.submit(button="set_up")
    await alice.sign_in(page)
    assert "The authenticator app of your idp account was replaced" in await subjects(provider, box)


async def test_new_codes_alone(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """N-24, N-36: a set made because nobody said that the one before was saved; the codes are not in it."""
    wiki, alice = await provider.app(), await provider.person()
    await alice.sign_in(await browser.open(await wiki.authorization_url()), until="recovery-codes")
    await delivered(provider, box)
    provider.clock.advance(minutes=40)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="recovery-codes")
    (mail,) = await delivered(provider, box)
    assert mail.subject == "New recovery codes for your idp account"
    assert page.codes
    assert [code for code in page.codes if code in mail.text + mail.html] == []


async def test_two_factor_turned_off(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """N-36: from the portal, by whoever has both factors."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await password_is_enough(provider)
    await delivered(provider, box)
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account/two-factor/off")))
    provider.clock.advance(minutes=1)
    await page.submit(button="Turn off")
    assert "Two-factor is off for your idp account" in await subjects(provider, box)


async def test_one_of_several_is_told_of(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """N-36: added, replaced, removed, lost, found; the name that it has is nobody's business but its person's."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    await delivered(provider, box)
    page = await alice.sign_in(await browser.open(provider.issuer.url("/account/two-factor")))
    provider.clock.advance(minutes=1)
    phone = replace(alice, secret=None, steps=[], last_time_step=0)
    page = await phone.sign_in(await page.submit(button="Add an authenticator app", name="secret lair"))
    assert "One more way to sign in to your idp account" in await subjects(provider, box)
    provider.clock.advance(minutes=1)
    page = await (await page.click("I lost this device")).submit(button="Report it as lost")
    (mail,) = await delivered(provider, box)
    assert mail.subject == "Something of your idp account was reported as lost"
    assert "secret lair" not in mail.text + mail.html
    provider.clock.advance(minutes=1)
    page = await phone.sign_in(await (await page.click("I found it")).submit(button="Use it again"))
    await page.submit(button="Use it again")
    assert "Something of your idp account is in use again" in await subjects(provider, box)


async def test_a_security_key(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """N-27, N-36: the first factor, and one more; the codes that come with it are told with it."""
    wiki, alice = await provider.app(), await provider.person()
    alice.key = SoftKey(origin=provider.issuer.origin)
    for told in ("Two-factor is on for your idp account", "One more way to sign in to your idp account"):
        if "on for" in told:
            page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="enrolment")
            page = await page.click("Use a security key or passkey instead")
        else:
            page = await alice.sign_in(await browser.open(provider.issuer.url("/account/two-factor")))
            page = await page.submit(button="Add a security key or passkey")
        await alice.sign_in(page)
        mails = {mail.subject: mail for mail in await delivered(provider, box)}
        assert {told} <= set(mails) <= {told, "A new browser signed in to your idp account"}
        assert "security key or passkey was added to your account" in mails[told].text


async def test_a_new_password(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """N-36: by the person, and before that by somebody else."""
    wiki, alice = await provider.app(), await provider.person(own=False)
    await password_is_enough(provider)
    await sign_in(wiki, alice, browser)
    assert "The password of your idp account was changed" in await subjects(provider, box)


async def test_what_an_admin_does(provider: Provider, idp: CommandLine, box: Mailbox) -> None:
    """By the command line, which queues what the service sends; nothing is said of a browser."""
    await provider.person()
    await idp("user", "set-password", "alice", stdin="seven quiet herons over the lake\n")
    await idp("user", "reset-second-factor", "alice", "--reason", "lost phone")
    # Commands go by the machine's clock, this provider by another.
    await provider.services.database.execute("UPDATE outbox SET due_at = $1", provider.clock())
    told = {mail.subject: mail.text for mail in await delivered(provider, box)}
    assert sorted(told) == [
        "The password of your idp account was set by an admin",
        "Two-factor of your idp account was reset by an admin",
    ]
    assert [text for text in told.values() if "Browser:" in text or "Where:" in text] == []


async def test_a_mail_costs_no_statement(provider: Provider, browser: Browser, box: Mailbox) -> None:
    """It goes with the event: budgets are those of a provider that sends nothing."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    page = await alice.sign_in(await browser.open(await wiki.authorization_url()), until="second-factor")
    await delivered(provider, box)
    for fields, most in (({"code": "000000"}, 3), ({"code": alice.app_code()}, 4)):
        form = {"csrf": page.fields["csrf"].value, **fields}
        with Counter(provider=provider) as sent:
            await page.browser.client.post(page.url, data=form)
        assert sent.statements == most
    assert len(await delivered(provider, box)) == 2


async def test_the_doctor_says_whether_mail_leaves(provider: Provider, idp: CommandLine, box: Mailbox) -> None:
    await provider.person()

    async def said() -> tuple[str, str]:
        ((level, words),) = [
            (each["level"], each["words"])
            for each in json.loads((await idp("check", "--json")).out)
            if each["subject"] == "mail"
        ]
        return level, words

    assert await said() == ("ok", f"127.0.0.1:{box.port} takes them; 0 were sent in the last day")
    idp.environ["IDP_SMTP_URL"] = "smtp://127.0.0.1:1"
    assert await said() == ("error", "127.0.0.1:1 takes none: unreachable")
    del idp.environ["IDP_SMTP_URL"], idp.environ["IDP_SMTP_FROM"]
    assert (await said())[0] == "warn"
