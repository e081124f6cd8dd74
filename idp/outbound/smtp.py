"""Mails handed over to the operator's mail server: one connection each, encrypted unless it stays on this machine.

Owns how a mail is put together (RFC 5322) and what a server's refusal means. Tries once; whoever asks tries again.
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as FORMAT
from email.utils import format_datetime
from enum import StrEnum
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTP

from idp.values.ids import MailId
from idp.values.issuer import LOOPBACK
from idp.values.secrets import SmtpUrl

SECONDS = 20
"""For a whole mail: less than a claim of the outbox lasts."""

_PORTS = {"smtp": 587, "smtps": 465}
_PERMANENT = 500


class MailFault(StrEnum):
    """Why a mail was not taken. Stable: it stands in security events."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    LOGIN = "login"
    REFUSED = "refused"
    """For now, or because of the sender: another try may do better."""
    NO_SUCH_MAILBOX = "no_such_mailbox"
    """The recipient was refused for good (RFC 5321 4.2.1)."""


class MailFailed(Exception):
    """The mail server did not take it."""

    def __init__(self, fault: MailFault) -> None:
        super().__init__(fault.value)
        self.fault = fault

    @property
    def for_good(self) -> bool:
        """Whether another try can do no better."""
        return self.fault is MailFault.NO_SUCH_MAILBOX


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A mail ready to be sent."""

    id: MailId
    """The same at each try, so that a mailbox that has it already can tell."""
    at: datetime
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """The operator's mail server."""

    host: str
    port: int
    encrypted: bool
    """From the first octet on."""
    login: tuple[str, str] | None = field(repr=False)
    sender: str
    trust: ssl.SSLContext = field(repr=False)

    @classmethod
    def of(cls, url: SmtpUrl, sender: str, trust: ssl.SSLContext) -> Self:
        """`url` as the settings allow it."""
        parts = urlsplit(url.expose())
        login = (unquote(parts.username), unquote(parts.password or "")) if parts.username is not None else None
        return cls(
            host=parts.hostname or "",
            port=parts.port or _PORTS[parts.scheme],
            encrypted=parts.scheme == "smtps",
            login=login,
            sender=sender,
            trust=trust,
        )

    async def send(self, post: Post) -> None:
        """Hand it over. Raises MailFailed."""
        await self._talk(self._message(post))

    async def greet(self) -> None:
        """Everything but a mail: connect, encrypt, log in. Raises MailFailed."""
        await self._talk(None)

    async def _talk(self, message: EmailMessage | None) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                async with self._client() as client:
                    if message is not None:
                        await client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            for_good = all(each.code >= _PERMANENT for each in refusal.recipients)
            raise MailFailed(MailFault.NO_SUCH_MAILBOX if for_good else MailFault.REFUSED) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError, UnicodeError) as error:
            raise MailFailed(_fault(error)) from None

    def _client(self) -> SMTP:
        """STARTTLS is demanded, not offered: whoever stands between us and the server could take the offer out."""
        user, password = self.login or (None, None)
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=user,
            password=password,
            local_hostname="localhost",
            timeout=SECONDS,
            use_tls=self.encrypted,
            start_tls=not self.encrypted and self.host not in LOOPBACK,
            tls_context=self.trust,
        )

    def _message(self, post: Post) -> EmailMessage:
        message = EmailMessage(policy=FORMAT)
        message["From"] = self.sender
        message["To"] = post.to
        message["Subject"] = post.subject
        message["Date"] = format_datetime(post.at)
        message["Message-ID"] = f"<{post.id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: no holiday notice comes back
        message["Content-Language"] = post.language
        message.set_content(post.text, cte="quoted-printable")
        message.add_alternative(post.html, subtype="html", cte="quoted-printable")
        return message


def _fault(error: Exception) -> MailFault:
    cause = error.__cause__ or error
    # Of this very class is what the library says itself, such as that the server offers no STARTTLS.
    if isinstance(cause, ssl.SSLError) or (type(error) is aiosmtplib.SMTPException and "TLS" in error.message):
        return MailFault.TLS
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            return MailFault.LOGIN
        case TimeoutError() | aiosmtplib.SMTPTimeoutError():
            return MailFault.TIMEOUT
        case OSError() | aiosmtplib.SMTPConnectError() | aiosmtplib.SMTPServerDisconnected():
            return MailFault.UNREACHABLE
        case _:
            return MailFault.REFUSED
