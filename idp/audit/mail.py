"""What became of mails to people."""

from dataclasses import dataclass
from typing import ClassVar

from idp.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSent(Event):
    """The mail server took it; the person of the envelope was written to."""

    kind: ClassVar[str] = "mail_sent"
    topic: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailUndelivered(Event):
    """The mail server did not take it; there will be another try."""

    kind: ClassVar[str] = "mail_undelivered"
    topic: str
    fault: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailGivenUp(Event):
    """No further try: the person was not told."""

    kind: ClassVar[str] = "mail_given_up"
    topic: str
    fault: str
    tries: int
