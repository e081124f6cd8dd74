"""The demo's mailbox: takes what a mail server would be handed, shows the latest first, and makes addresses links."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage

import httpx2
import pytest
from starlette.applications import Starlette

from idp.demo.mails import KEPT, Mail, Mailbox
from idp.demo.relying_party import create_relying_party

BASE = "http://127.0.0.1:8001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A mailbox, and where it is reached."""

    mailbox: Mailbox
    port: int

    async def hand_over(self, *mails: EmailMessage) -> None:
        def send() -> None:
            with smtplib.SMTP("127.0.0.1", self.port) as client:
                for mail in mails:
                    client.send_message(mail)

        await asyncio.to_thread(send)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    listening = socket.create_server(("127.0.0.1", 0))
    port, mailbox = listening.getsockname()[1], Mailbox()
    async with mailbox.open_at(listening.detach()):
        yield Running(mailbox=mailbox, port=port)


def mail(subject: str, text: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Date"] = "us@example.com", "alice@example.com", subject, "today"
    made.set_content(text)
    return made


async def test_by_an_independent_client_the_latest_first(running: Running) -> None:
    """RFC 5321 4.5.2: a line with a lone dot ends nothing."""
    await running.hand_over(mail("Grüße", "eins\n.\nzwei\n"), mail("Two", "2\n"))
    assert [(each.subject, each.to, each.text) for each in running.mailbox.mails] == [
        ("Two", "alice@example.com", "2\n"),
        ("Grüße", "alice@example.com", "eins\n.\nzwei\n"),
    ]


async def test_it_forgets_the_oldest(running: Running) -> None:
    await running.hand_over(*(mail(str(number), "x") for number in range(KEPT + 3)))
    assert len(running.mailbox.mails) == KEPT
    assert running.mailbox.mails[-1].subject == "3"


async def test_whoever_talks_nonsense_is_left_alone(running: Running) -> None:
    for said in (b"GET / HTTP/1.1\r\n\r\n", b"x" * 200_000, b"DATA\r\nhalf a mail"):
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(said)
        writer.write_eof()
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
    await running.hand_over(mail("After", "all"))
    assert [each.subject for each in running.mailbox.mails] == ["After"]


def test_addresses_are_told_from_words() -> None:
    parts = Mail(to="a", subject="s", when="now", text="Look:\nhttp://localhost:8000/x?a=1&b=2\n<b>").parts()
    assert list(parts) == [(False, "Look:\n"), (True, "http://localhost:8000/x?a=1&b=2"), (False, "\n<b>")]


async def test_the_page_escapes_what_it_shows() -> None:
    app: Starlette = create_relying_party(
        issuer="http://localhost:9", base_url=BASE, clients=[], session_secret="s", people=[]
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as http:
        assert "No mail yet" in (await http.get("/inbox")).text
        text = "See http://localhost:9/x?a=1&b=2 <script>"
        app.state.party.mailbox.mails.appendleft(Mail(to="a@b", subject="<i>", when="now", text=text))
        shown = (await http.get("/inbox")).text
    assert '<a href="http://localhost:9/x?a=1&amp;b=2">' in shown
    assert "&lt;i&gt;" in shown
    assert "&lt;script&gt;" in shown
