"""Views become HTML here. Owns the template environment: always escaping, unknown names are errors, compiled once."""

import re
from datetime import datetime
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from idp import resources
from idp.web import static
from idp.web.views import View
from idp.words import times
from idp.words.in_templates import teach
from idp.words.speech import spoken

_MAIL = re.compile(r"[^@\s:/]+@[^@\s:/]+\.[^@\s:/]+")


def render(view: View) -> str:
    """The page as HTML. Raises jinja2.TemplateError only where template and view do not fit: a bug."""
    return _template(view.template).render(view=view, shell=view.shell, language=spoken())


def preload() -> None:
    """Compile every page now, so that the first visitor does not wait and a broken template stops the start."""
    for subclass in _leaves(View):
        _template(subclass.template)


@cache
def environment() -> Environment:
    """The one environment, which speaks."""
    made = Environment(
        loader=FileSystemLoader(resources.folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    teach(made)
    made.globals.update(asset=static.path_of, ask=ask)
    made.filters.update(clock_up=clock_up, instant=instant, until=until, full_day=full_day, recently=recently, bdi=bdi)
    return made


@cache
def _template(name: str) -> Template:
    return environment().get_template(f"{name}.html")


def ask(contact: str) -> Markup:
    """Whom to ask, as a link where it is an address or an https URL."""
    if _MAIL.fullmatch(contact):
        return Markup('<a href="mailto:{0}"><bdi dir="ltr">{0}</bdi></a>').format(contact)
    if contact.startswith("https://"):
        return Markup('<a href="{0}"><bdi dir="ltr">{1}</bdi></a>').format(contact, contact.removeprefix("https://"))
    return escape(contact)


def bdi(text: str) -> Markup:
    """Codes, keys, addresses and URLs read from left to right in every language."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(text)


def clock_up(moment: datetime) -> Markup:
    """`14:35 UTC`, the next whole minute, so that nobody comes back too early."""
    return _time(moment, times.clock(times.rounded_up(moment)))


def instant(moment: datetime) -> Markup:
    """`3 March 2031, 14:05:30 UTC`."""
    return _time(moment, f"{times.full_day(moment)}, {times.clock_with_seconds(moment)}")


def until(moment: datetime, at: datetime) -> Markup:
    """`14:35 UTC (in 12 minutes)`, with the instant for machines."""
    return _time(moment, times.until(moment, at))


def full_day(moment: datetime) -> Markup:
    """`3 March 2031`, with the instant for machines."""
    return _time(moment, times.full_day(moment))


def recently(moment: datetime, at: datetime) -> Markup:
    """`today at 14:35 UTC`, `yesterday at …`, or the day."""
    return _time(moment, times.recently(moment, at))


def _time(moment: datetime, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="seconds"), words)


def _leaves(kind: type[View]) -> list[type[View]]:
    below = [leaf for child in kind.__subclasses__() for leaf in _leaves(child)]
    return below or [kind]
