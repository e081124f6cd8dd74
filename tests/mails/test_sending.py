"""Mails leave by SMTP: encrypted, once, again after a failure, and never for what did not happen."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from uuid import UUID

import pytest

from idp.jobs.outbox import Sender
from idp.outbound.smtp import Mailer, MailFailed, Post
from idp.server.tls import Tls
from idp.storage.outbox import mails_since
from idp.usecases import user_access
from idp.usecases.services import Services
from idp.values.ids import MailId
from idp.values.secrets import SmtpUrl
from tests.drivers.clock import MovableClock
from tests.drivers.mailbox import Mailbox, mailbox
from tests.drivers.outbox import entries, send_due
from tests.drivers.provider import Provider
from tests.drivers.tls_authority import Authority

SENDER = "login@example.org"
ELSEWHERE = "127.0.0.2"
POST = Post(
    id=MailId(UUID(int=7)),
    at=datetime(2031, 3, 5, 9, 14, tzinfo=UTC),
    to="alice@example.org",
    subject="Grüße aus Übersee",
    text="Übersee\n.\nBcc: all@example.org\n",
    html="<p>Übersee</p>",
    language="en",
)


@pytest.fixture
def trust(authority: Authority) -> ssl.SSLContext:
    return authority.trusting()


def context(files: Tls) -> ssl.SSLContext:
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(files.certificate, files.key)
    return made


async def fault(mailer: Mailer) -> str:
    with pytest.raises(MailFailed) as failed:
        await mailer.send(POST)
    return failed.value.fault.value


async def test_what_arrives_is_what_was_sent(trust: ssl.SSLContext) -> None:
    """RFC 5322: no header can be smuggled in, a lone dot ends nothing; text first, HTML as its twin."""
    async with mailbox() as box:
        await Mailer.of(box.url, SENDER, trust).send(POST)
    (mail,) = box.mails
    assert (mail.to, mail.subject, mail.text, mail.html.strip()) == (POST.to, POST.subject, POST.text, POST.html)
    assert mail.message["From"] == SENDER
    assert mail.message["Message-ID"] == f"<{POST.id}@example.org>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Bcc"] is None
    assert [part.get_content_type() for part in mail.message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@pytest.mark.parametrize("how", ["starttls", "tls"])
async def test_over_tls_with_a_login(authority: Authority, trust: ssl.SSLContext, how: str) -> None:
    """O-58: certificate and name are checked."""
    contexts = {how: context(authority.leaf(ELSEWHERE, name=how))}
    async with mailbox(host=ELSEWHERE, login=True, **contexts) as box:
        await Mailer.of(box.url, SENDER, trust).send(POST)
        assert [mail.encrypted for mail in box.mails] == [True]
        assert await fault(Mailer.of(box.url, SENDER, ssl.create_default_context())) == "tls"
        wrong = SmtpUrl(box.url.expose().replace("secret", "guess"))
        assert await fault(Mailer.of(wrong, SENDER, trust)) == "login"
    assert len(box.mails) == 1


async def test_a_server_elsewhere_must_encrypt(trust: ssl.SSLContext) -> None:
    """Whoever stands between could have taken the offer out: no password and no mail goes there."""
    async with mailbox(host=ELSEWHERE) as box:
        assert await fault(Mailer.of(box.url, SENDER, trust)) == "tls"
    assert box.mails == []


@pytest.mark.parametrize(
    ("recipient", "data", "expected", "for_good"),
    [
        ("550 no such mailbox", "250 OK", "no_such_mailbox", True),
        ("451 greylisted", "250 OK", "refused", False),
        ("250 OK", "552 too much", "refused", False),
        ("250 OK", "451 later", "refused", False),
    ],
)
async def test_a_refusal_is_told_apart(
    trust: ssl.SSLContext,
    recipient: str,
    data: str,
    expected: str,
    for_good: bool,  # noqa: FBT001
) -> None:
    """RFC 5321 4.2.1: only a recipient refused for good is not tried again."""
    async with mailbox() as box:
        with box.refusing(recipient=recipient, data=data), pytest.raises(MailFailed) as failed:
            await Mailer.of(box.url, SENDER, trust).send(POST)
    assert (failed.value.fault.value, failed.value.for_good) == (expected, for_good)


async def test_nobody_listens(trust: ssl.SSLContext) -> None:
    async with mailbox() as box:
        url = box.url
    assert await fault(Mailer.of(url, SENDER, trust)) == "unreachable"


async def reset(provider: Provider, username: str = "alice") -> None:
    async with provider.unit() as made:
        await user_access.reset_second_factor(made, username, "lost phone")


async def test_a_mail_is_stored_with_its_event_and_sent_once(provider: Provider, box: Mailbox) -> None:
    """Sealed until it is sent; then neither letter nor address are kept."""
    await provider.person()
    await reset(provider)
    (waiting,) = await entries(provider.services)
    assert (waiting["kind"], waiting["topic"], waiting["address"]) == ("mail", "two_factor_reset", "alice@example.org")
    assert b"admin" not in waiting["sealed_letter"]
    assert box.mails == []
    assert await send_due(provider.services) == 1
    assert [mail.subject for mail in box.to("alice@example.org")] == [
        "Two-factor of your idp account was reset by an admin"
    ]
    (sent,) = await entries(provider.services)
    assert (sent["outcome"], sent["tries"], sent["address"], sent["sealed_letter"]) == ("delivered", 1, None, None)
    assert await provider.events("second_factor_reset", "mail_sent") == ["second_factor_reset", "mail_sent"]
    assert await send_due(provider.services) == 0


async def test_what_was_rolled_back_is_told_to_nobody(provider: Provider) -> None:
    await provider.person()

    async def half() -> None:
        async with provider.unit() as made:
            await user_access.reset_second_factor(made, "alice", "lost phone")
            await made.finish()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half()
    assert await entries(provider.services) == []


async def test_nobody_is_written_to_without_an_address_that_is_theirs(provider: Provider) -> None:
    """One that nobody vouched for may be a stranger's."""
    for username, verified in (("alice", False), ("bob", None)):
        await provider.person(username)
        change = (
            "UPDATE users SET email_verified = false, email = CASE WHEN $2::boolean THEN email END WHERE username = $1"
        )
        await provider.services.database.execute(change, username, verified is not None)
        await reset(provider, username)
    assert await entries(provider.services) == []


async def test_down_then_up(provider: Provider, box: Mailbox, clock: MovableClock) -> None:
    """Tried again after a pause that grows; each failure is an event, and none is lost."""
    await provider.person()
    await reset(provider)
    with box.refusing(data="451 later"):
        for seconds in (5, 30, 120):
            assert await send_due(provider.services) == 1
            assert await send_due(provider.services) == 0
            clock.advance(seconds=seconds)
    assert (await mails_since(provider.services.database, clock.advance(seconds=-3600))).stuck == 1
    clock.advance(seconds=3600)
    assert await send_due(provider.services) == 1
    assert len(box.mails) == 1
    assert await provider.events("mail_undelivered", "mail_sent") == ["mail_undelivered"] * 3 + ["mail_sent"]


async def test_a_mailbox_that_is_none_is_tried_once(provider: Provider, box: Mailbox) -> None:
    await provider.person()
    await reset(provider)
    with box.refusing(recipient="550 nobody here"):
        assert await send_due(provider.services) == 1
    (entry,) = await entries(provider.services)
    assert (entry["outcome"], entry["last_fault"], entry["address"]) == ("failed", "no_such_mailbox", None)
    assert await provider.events("mail_given_up") == ["mail_given_up"]


async def test_two_senders_send_one_mail(provider: Provider, box: Mailbox) -> None:
    """Each entry is claimed by one of them."""
    for number in range(6):
        await provider.person(f"person{number}")
        await reset(provider, f"person{number}")
    senders = [Sender(provider.services) for _ in range(3)]
    tries = await asyncio.gather(*(send_due(provider.services, sender) for sender in senders))
    assert sum(tries) == 6
    assert len({mail.message["Message-ID"] for mail in box.mails}) == len(box.mails) == 6


async def test_a_second_try_has_the_same_message_id(provider: Provider, box: Mailbox) -> None:
    """A sender that died after it was taken: the mailbox can tell that it has it already."""
    await provider.person()
    await reset(provider)
    letter = await provider.services.database.fetchval("SELECT sealed_letter FROM outbox")
    await send_due(provider.services)
    not_stored = "UPDATE outbox SET done_at = NULL, outcome = NULL, address = 'alice@example.org', sealed_letter = $1"
    await provider.services.database.execute(not_stored, letter)
    provider.clock.advance(minutes=1)
    await send_due(provider.services)
    first, second = [mail.message["Message-ID"] for mail in box.mails]
    assert first == second


async def test_a_server_that_hangs_holds_up_no_more_than_a_few(
    services: Services, provider: Provider, box: Mailbox
) -> None:
    """Four at once, and nobody's request waits for one."""
    for number in range(6):
        await provider.person(f"person{number}")
        await reset(provider, f"person{number}")
    box.hangs = asyncio.Event()
    sender = Sender(services)
    assert await sender.look() == 4
    assert await sender.look() == 0
    box.hangs.set()
    await sender.settled()
    assert await send_due(services, sender) == 2
    assert len(box.mails) == 6
