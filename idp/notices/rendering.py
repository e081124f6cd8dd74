"""A letter as it is read: subject, plain text, and its twin in HTML, both from templates/mails."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from idp import resources
from idp.notices.mails import AnyMail, ConfirmAddress, EnrolmentPassMailed, ForgottenPassword, Letter, SignInPaused
from idp.notices.wording import words
from idp.words import times

LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom it is written to, and by whom."""

    name: str
    brand: str
    contact: str
    """Whom to ask, as it reads after «Ask»."""
    secure_url: str = ""
    """Where the account can be secured; empty where the mail has no such link."""
    zone: tzinfo = UTC
    """In which times are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail in both forms."""

    subject: str
    text: str
    html: str


def rendered(letter: Letter, to: Recipient) -> Rendered:
    """Subject, text and HTML. Nothing in them leads anywhere but to us, and nothing is fetched when it is read."""
    at = letter.at.astimezone(to.zone)
    said = words(_in_zone(letter.mail, to.zone), to.brand)
    values = {
        "said": said,
        "letter": letter,
        "to": to,
        "when": f"{times.full_day(at)} at {times.clock(at)}",
        "language": LANGUAGE,
    }
    text, html = (environment().get_template(f"letter.{form}").render(values) for form in ("txt", "html"))
    return Rendered(subject=" ".join(said.subject.split()), text=text, html=html)


def _in_zone(mail: AnyMail, zone: tzinfo) -> AnyMail:
    match mail:
        case ForgottenPassword() | ConfirmAddress() | EnrolmentPassMailed():
            return replace(mail, until=mail.until.astimezone(zone))
        case SignInPaused(until=datetime() as until):
            return replace(mail, until=until.astimezone(zone))
        case _:
            return mail


@cache
def environment() -> Environment:
    """The templates of mails: what ends in .html is escaped, text has nothing to escape."""
    return Environment(
        loader=FileSystemLoader(resources.folder("templates") / "mails"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
