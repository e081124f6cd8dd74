"""The language of the moment, and how a sentence is said in it. Sentences are whole, and English is what names them.

    `say("Sign in to %(app)s", app=…)`   a sentence, in the language of the moment
    `counted(one, many, number)`         the same with a number in it, by the plural rule of the language
    `marked("…")`                        a sentence that stands in a table and is said later
    `speaking(speech)`                   whoever answers somebody, or writes to them, says in which language

The extractor of the catalogues knows these names, and `_` and `counted` in templates: they take nothing but literals.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

_FOLDER = Path(__file__).parent / "locales"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What is said in one language, and how it writes dates and numbers."""

    tag: str
    """BCP 47, for `lang`."""
    locale: Locale = field(repr=False)
    """Of dates and numbers: where people write days before months, and count the hours to 24."""
    sentences: Mapping[str, str] = field(default_factory=dict, repr=False)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """By the English singular, in the order of `form`."""
    form: Callable[[int], int] = field(default=lambda number: int(number != 1), repr=False)
    """Which of the plurals a number takes."""
    direction: Literal["ltr", "rtl"] = "ltr"

    def clock(self, instant: datetime, *, seconds: bool = False) -> str:
        """`14:35`, `14:05:30`; in the instant's own zone, which is not said."""
        return format_time(instant, "medium" if seconds else "short", tzinfo=instant.tzinfo, locale=self.locale)

    def day(self, instant: datetime, *, year: bool = True) -> str:
        """`3 March 2031`, `3 March`."""
        if year:
            return format_date(instant.date(), "long", locale=self.locale)
        return format_skeleton("MMMMd", instant, locale=self.locale)

    def number(self, number: int) -> str:
        """`1,204`."""
        return format_decimal(number, locale=self.locale)


@cache
def languages() -> Mapping[str, Language]:
    """Those that there are, by tag, English first. Reads the catalogues once. Raises ValueError for a broken one."""
    english = Language(tag="en", locale=Locale("en", "GB"))
    others = (_read(path) for path in sorted(_FOLDER.glob("*.po")))
    return {each.tag: each for each in (english, *others)}


def own_names() -> Mapping[str, str]:
    """Each language in its own words, by tag, for people to choose theirs."""
    return {each.tag: each.locale.get_language_name() or each.tag for each in languages().values()}


def _read(path: Path) -> Language:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem, abort_invalid=True)
    sentences, plurals = dict[str, str](), dict[str, tuple[str, ...]]()
    for message in catalogue:
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
            sentences[message.id] = message.string
        elif (
            isinstance(message.id, (tuple, list)) and isinstance(message.string, (tuple, list)) and all(message.string)
        ):
            plurals[message.id[0]] = tuple(message.string)
    return Language(
        tag=path.stem,
        locale=Locale.parse(path.stem),
        sentences=sentences,
        plurals=plurals,
        form=_FORMS[catalogue.plural_expr],
    )


_FORMS: Mapping[str, Callable[[int], int]] = {"(n != 1)": lambda number: int(number != 1)}
"""Plural rules by the expression in the catalogue's head; none is evaluated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What is spoken, and why."""

    language: Language
    asked: bool = False
    """Whether an app asked for it by name."""


_SPEECH: ContextVar[Speech | None] = ContextVar("idp.speech", default=None)


@cache
def _english() -> Speech:
    return Speech(language=languages()["en"])


def speech() -> Speech:
    """What is spoken at the moment; English where nobody said which."""
    return _SPEECH.get() or _english()


def spoken() -> Language:
    """The language of the moment."""
    return speech().language


@contextmanager
def speaking(new: Speech | None) -> Iterator[None]:
    """This language, until the block ends, also in the threads that it starts; English for None."""
    token = _SPEECH.set(new)
    try:
        yield
    finally:
        _SPEECH.reset(token)


def change_to(new: Speech) -> None:
    """This language from now on, inside a block of `speaking`: whose request it is was found out."""
    _SPEECH.set(new)


def say(sentence: str, **values: object) -> str:
    """A whole sentence; it names its values as `%(name)s`."""
    said = spoken().sentences.get(sentence, sentence)
    return said % written(values) if values else said


def counted(one: str, many: str, number: int, **values: object) -> str:
    """The sentence for so many; both may name `%(number)s`."""
    return plural(one, many, number) % written({"number": number, **values})


def plural(one: str, many: str, number: int) -> str:
    """The sentence for so many, its values not yet in it."""
    language = spoken()
    forms = language.plurals.get(one)
    return forms[language.form(number)] if forms else (one if number == 1 else many)


def written(values: Mapping[str, object]) -> dict[str, object]:
    """Values as a sentence takes them: numbers as the language writes them."""
    return {name: spoken().number(each) if type(each) is int else each for name, each in values.items()}


def marked(sentence: str) -> str:
    """The sentence itself, for the extractor to find; `say` it where it is read."""
    return sentence
