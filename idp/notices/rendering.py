"""A letter as it is read: subject, plain text, and its twin in HTML, both from templates/mails."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from idp import resources
from idp.notices.mails import AnyMail, ConfirmAddress, EnrolmentPassMailed, ForgottenPassword, Letter, SignInPaused
from idp.notices.wording import words
from idp.words import times
from idp.words.browsers import browser
from idp.words.in_templates import teach
from idp.words.negotiation import asked_for
from idp.words.own_account import no_contact
from idp.words.speech import Speech, languages, speaking


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom it is written to, and by whom."""

    name: str
    brand: str
    contact: str
    """Whom to ask, as it reads after «Ask»; empty where nobody said who that is."""
    secure_url: str = ""
    """Where the account can be secured; empty where the mail has no such link."""
    zone: tzinfo = UTC
    """In which times are told."""
    locale: str | None = None
    """The language that the account says, which we may not speak; then it is English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail in both forms."""

    subject: str
    text: str
    html: str
    language: str
    """Its tag."""


def rendered(letter: Letter, to: Recipient) -> Rendered:
    """Subject, text and HTML. Nothing in them leads anywhere but to us, and nothing is fetched when it is read.

    In the language of whoever reads it, never in that of the request that caused it: that may be a thief's.
    """
    language = asked_for(to.locale or "") or languages()["en"]
    with speaking(Speech(language=language)):
        said = words(_in_zone(letter.mail, to.zone), to.brand)
        values = {
            "said": said,
            "letter": letter,
            "browser": browser(letter.agent) if letter.agent else "",
            "to": replace(to, contact=to.contact or no_contact()),
            "when": times.day_and_clock(letter.at.astimezone(to.zone)),
            "language": language,
        }
        text, html = (environment().get_template(f"letter.{form}").render(values) for form in ("txt", "html"))
    return Rendered(subject=" ".join(said.subject.split()), text=text, html=html, language=language.tag)


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
    made = Environment(
        loader=FileSystemLoader(resources.folder("templates") / "mails"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    teach(made)
    return made
