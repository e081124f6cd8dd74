"""No words of a template stand outside a catalogue: what is left of a page in a made-up language are its values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser

import pytest

from idp.web.templates import render
from idp.words.speech import speaking
from tests.browser.sample_pages import VIEWS
from tests.drivers.languages import longer, made_of, sample_views

LONGER = made_of(longer, "en")
SPOKEN = sample_views(LONGER)
SHOWN_ATTRIBUTES = {"aria-label", "alt", "title", "data-busy", "data-done", "data-over", "data-none", "data-ask"}
DATA = {"code", "bdi", "strong", "svg", "title", "script", "time"}
"""What holds data: the brand is in the title."""
WORD = re.compile(r"[A-Za-z]{2,}")


def values(thing: object) -> set[str]:
    """Every string in a view: data, or sentences that were chosen and are checked as messages."""
    if is_dataclass(thing):
        return set().union(*(values(getattr(thing, each.name)) for each in fields(thing)))
    if isinstance(thing, Mapping):
        return set().union(*(values(each) for pair in thing.items() for each in pair))
    if isinstance(thing, tuple | list | set | frozenset):
        return set().union(*(values(each) for each in thing))
    return {thing} if isinstance(thing, str) and thing else set()


class Outside(HTMLParser):
    """The text of a page outside ⟦…⟧ and outside elements that hold data."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.depth = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "link", "input", "br", "img", "rect", "circle", "path"}:
            self.open.append(tag)
        said = [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]
        self.found += [value for value in said if not value.startswith("⟦")]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        for character in re.split(r"([⟦⟧])", data):
            if character == "⟦":
                self.depth += 1
            elif character == "⟧":
                self.depth -= 1
            elif not self.depth and not DATA & set(self.open):
                self.found.append(character)


def forms(text: str) -> set[str]:
    """As it is, at the head of a card, and a time zone below its region."""
    return {text, text[:1].upper() + text[1:], text.partition("/")[2].replace("_", " ")} - {""}


def without(text: str, data: Sequence[str]) -> str:
    for each in data:
        text = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", "", text)
    return text.replace("UTC", "")


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_every_word_of_a_page_is_said(name: str) -> None:
    page = Outside()
    with speaking(LONGER):
        page.feed(render(SPOKEN[name]))
    data = sorted({shown for text in values(SPOKEN[name]) for shown in forms(text)}, key=len, reverse=True)
    own = {text.strip() for text in page.found if text.strip() not in data}
    assert [text for text in own if WORD.search(without(text, data))] == []
