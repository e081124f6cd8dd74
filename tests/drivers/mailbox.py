"""A real mail server in this process, which keeps what it is sent and can be made to refuse it.

async with mailbox() as box:
    settings = Settings(…, smtp_url=box.url, smtp_from="login@example.org")
    …
    (mail,) = box.mails
    assert mail.to == "alice@example.org"
"""

from __future__ import annotations

import asyncio
import email
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as FORMAT

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from idp.values.secrets import SmtpUrl

ACCEPTED = "250 OK"
LOGIN = ("idp", "secret of the mail server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail as it arrived."""

    to: str
    message: EmailMessage
    encrypted: bool

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://\S+", self.text)

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert isinstance(part, EmailMessage)
        content = part.get_content()
        assert isinstance(content, str)
        return content.replace("\r\n", "\n")


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """Everybody's."""

    host: str = "127.0.0.1"
    port: int = 0
    scheme: str = "smtp"
    login: tuple[str, str] | None = None
    mails: list[Mail] = field(default_factory=list)
    recipient: str = ACCEPTED
    """What it answers to RCPT."""
    data: str = ACCEPTED
    """What it answers once it has the mail."""
    hangs: asyncio.Event | None = None
    """It answers no RCPT before this is set."""

    @property
    def url(self) -> SmtpUrl:
        login = "{}:{}@".format(*(part.replace(" ", "%20") for part in self.login)) if self.login else ""
        return SmtpUrl(f"{self.scheme}://{login}{self.host}:{self.port}")

    def to(self, address: str) -> list[Mail]:
        """What came for one."""
        return [mail for mail in self.mails if mail.to == address]

    @contextmanager
    def refusing(self, *, recipient: str = ACCEPTED, data: str = ACCEPTED) -> Iterator[None]:
        """For a while."""
        self.recipient, self.data = recipient, data
        yield
        self.recipient = self.data = ACCEPTED

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.hangs is not None:
            await self.hangs.wait()
        if self.recipient == ACCEPTED:
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data == ACCEPTED:
            assert isinstance(envelope.content, bytes)
            message = email.message_from_bytes(envelope.content, policy=FORMAT)
            assert isinstance(message, EmailMessage)
            encrypted = session.ssl is not None or self.scheme == "smtps"
            self.mails += [Mail(to=to, message=message, encrypted=encrypted) for to in envelope.rcpt_tos]
        return self.data

    def authenticator(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _name: str, said: object
    ) -> AuthResult:
        assert isinstance(said, LoginPassword)
        return AuthResult(success=(said.login.decode(), said.password.decode()) == self.login, handled=False)


@asynccontextmanager
async def mailbox(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
    login: bool = False,
) -> AsyncIterator[Mailbox]:
    """On the loopback; `host` 127.0.0.2 is this machine too, and is treated as another.

    `starttls`: it is offered and demanded; `tls`: from the first octet on; `login`: nobody else may send.
    """
    box = Mailbox(host=host, scheme="smtps" if tls else "smtp", login=LOGIN if login else None)

    def talk() -> SMTP:
        return SMTP(
            box,
            hostname="mail.example.org",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=box.authenticator,
            auth_required=login and starttls is not None,
            auth_require_tls=starttls is not None,  # aiosmtpd counts STARTTLS alone
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(talk, host, 0, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()
