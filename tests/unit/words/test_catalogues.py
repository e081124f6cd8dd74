"""Every sentence is said in every language, with the same values in it; nothing stale is kept, nothing is markup."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from idp.words.speech import languages
from tests.house.words import LOCALES, catalogue, template, translated

CATALOGUES = sorted(LOCALES.glob("*.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def said(path: Path) -> list[Message]:
    return [message for message in catalogue(path) if message.id]


def test_there_is_a_catalogue_for_each_language_but_the_one_that_names_the_sentences() -> None:
    assert [path.stem for path in CATALOGUES] == [tag for tag in languages() if tag != "en"]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.stem))
def test_nothing_is_left_unsaid_and_nothing_is_stale(path: Path) -> None:
    """`make words` brings the file up to date; what it prints then waits for its translation."""
    wanted = {str(message.id) for message in template() if message.id}
    told = {str(message.id) for message in said(path) if translated(message)}
    assert sorted(wanted - told) == []
    assert sorted(told - wanted) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.stem))
def test_every_translation_names_the_same_values(path: Path) -> None:
    """The singular may leave its number out, as English may."""
    for message in said(path):
        named = {name for form in forms(message.id) for name in PLACEHOLDER.findall(form)}
        for form in forms(message.string):
            kept = set(PLACEHOLDER.findall(form))
            assert kept == named or (len(forms(message.string)) > 1 and kept | {"number"} == named), form
            assert "%" not in PLACEHOLDER.sub("", form), form


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.stem))
def test_no_translation_holds_markup_or_ends_otherwise(path: Path) -> None:
    """Pages take sentences as they are: into text, and into attributes between double quotes."""
    for message in said(path):
        for form, ours in zip(forms(message.string), forms(message.id), strict=True):
            assert not re.search(r'[<>&"]', form), form
            assert form == form.strip(), form
            assert form[-1:] == ours[-1:] or not {form[-1:], ours[-1:]} & set(".?!:…"), form
