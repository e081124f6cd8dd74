"""The demo's mailbox: takes every mail that the provider of this demo sends, and keeps the latest in memory.

As much of SMTP as a provider on the same machine needs (RFC 5321); on the loopback, for demos only.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

KEPT = 100
LONGEST_LINE = 64 * 1024
LONGEST_MAIL = 1024 * 1024

_URL = re.compile(r"(https?://[^\s<>\"]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One that came."""

    to: str
    subject: str
    when: str
    text: str

    def parts(self) -> Iterator[tuple[bool, str]]:
        """The text in pieces; True says that a piece is an address to be opened."""
        for number, piece in enumerate(_URL.split(self.text)):
            yield bool(number % 2), piece


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """Everybody's."""

    mails: deque[Mail] = field(default_factory=lambda: deque(maxlen=KEPT))
    """The latest first."""

    @asynccontextmanager
    async def open_at(self, listening: int | None) -> AsyncIterator[None]:
        """Takes mails on that socket; without one there are none."""
        if listening is None:
            yield
            return
        opened = socket.socket(fileno=listening)
        async with await asyncio.start_server(self._talk, sock=opened, limit=LONGEST_LINE):
            yield

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipients: list[str] = []
        _say(writer, "220 demo")
        try:
            while line := (await reader.readline()).decode("utf-8", "replace").strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    recipients.append(line.partition(":")[2].strip().strip("<>"))
                elif verb == "DATA":
                    _say(writer, "354 go on")
                    self._keep(recipients, await _mail(reader))
                    recipients.clear()
                _say(writer, "221 bye" if verb == "QUIT" else "250 OK")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # whoever hangs up, or says what no mail is made of, has sent none
        finally:
            writer.close()

    def _keep(self, recipients: list[str], octets: bytes) -> None:
        message = message_from_bytes(octets, _class=EmailMessage, policy=default)
        body = message.get_body(("plain",))
        text = str(body.get_content()).replace("\r\n", "\n") if body else ""
        for to in recipients:
            self.mails.appendleft(Mail(to=to, subject=str(message["Subject"]), when=str(message["Date"]), text=text))


def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(f"{line}\r\n".encode())


async def _mail(reader: asyncio.StreamReader) -> bytes:
    """Up to the lone dot; a dot that was doubled at the start of a line is one again (RFC 5321 4.5.2)."""
    lines: list[bytes] = []
    length = 0
    while (line := await reader.readuntil(b"\r\n")) != b".\r\n":
        length += len(line)
        if length > LONGEST_MAIL:
            raise ValueError("too long")
        lines.append(line.removeprefix(b".") if line.startswith(b".") else line)
    return b"".join(lines)
