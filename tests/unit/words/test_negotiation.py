"""Which language: OIDC Core 3.1.2.1, RFC 9110 12.5.4, RFC 4647 3.4; rubbish says nothing and breaks nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.words.negotiation import MOST_CHARACTERS, accepted, asked_for
from idp.words.speech import languages


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("de", "de"),
        ("DE-at", "de"),
        ("de-CH-1996, en;q=0.8", "de"),
        ("en-US, de;q=0.9", "en"),
        ("fr, de;q=0.7, en;q=0.3", "de"),
        ("en;q=0.2, de;q=0.900", "de"),
        ("de;q=0, en;q=0.1", "en"),
        ("de;q=0", "en"),
        ("fr-CA, nl", "en"),
        ("*", "en"),
        ("", "en"),
        ("en;q=0.5, *;q=1", "en"),
        ("de;q=2, en", "en"),
        ("de;q=nan", "en"),
        ("de;level=1", "en"),
        ("; , ;;q=, de", "de"),
        ("de_DE", "en"),
        ("de" + "-x" * 5, "de"),
        (f"{'fr,' * MOST_CHARACTERS}de", "en"),
    ],
)
def test_what_the_browser_says(header: str, tag: str) -> None:
    assert accepted(header).tag == tag


@pytest.mark.parametrize(
    ("tags", "tag"),
    [
        ("de", "de"),
        ("en de", "en"),
        ("tlh de-AT en", "de"),
        ("DE", "de"),
        ("fr", None),
        ("", None),
        ("de;q=0", None),
        ("../de \x00 %s", None),
        ("tlh " * MOST_CHARACTERS + "de", None),
    ],
)
def test_what_an_app_asks_for(tags: str, tag: str | None) -> None:
    """In order of preference; unknown ones are passed over."""
    found = asked_for(tags)
    assert (found.tag if found else None) == tag


@given(st.text())
def test_whatever_comes_is_answered(text: str) -> None:
    known = list(languages().values())
    assert accepted(text) in known
    assert asked_for(text) in [None, *known]
