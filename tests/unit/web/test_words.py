"""The house's words, in every sentence that people read; how times read; the file of recovery codes."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from inspect import isfunction
from itertools import product
from types import NoneType
from typing import get_args, get_type_hints

import pytest

from idp.authenticators.password import RefusalKind
from idp.web.templates import render
from idp.words import downloads, field_errors, messages, own_account, times
from tests.browser.sample_pages import AT, VIEWS
from tests.drivers.parsed_html import Document

AVOIDED = re.compile(
    r"\b(please|sorry|invalid|oops|totp|otp|mfa|2fa|token|log ?in|log ?out|backup code|credentials?)\b", re.IGNORECASE
)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_pages_speak_the_words_of_the_house(name: str) -> None:
    """«sign in», «two-factor», «authenticator app», «code», «recovery code»; what is unfolded for developers aside."""
    text = re.sub(r"<dl.*</dl>", "", render(VIEWS[name]), flags=re.DOTALL)
    assert AVOIDED.findall(Document(text).text) == []


def test_every_refusal_of_a_new_password_has_a_sentence_of_its_own() -> None:
    """N-08: reason and guidance are shown, with the numbers of the rule."""
    told = {
        each: field_errors.new_password_refused(each, minimum=15, maximum=256) for each in (*RefusalKind, "same", "?")
    }
    assert len(set(told.values())) == len(told)
    assert "at least 15 characters" in told[RefusalKind.TOO_SHORT]
    assert "at most 256 characters" in told[RefusalKind.TOO_LONG]


def samples(hint: object) -> list[object]:
    """Some values of an argument's type; every one of a Literal."""
    plain: dict[object, list[object]] = {
        str: ["wiki"],
        int: [1, 2],
        bool: [False, True],
        datetime: [AT],
        NoneType: [None],
        Sequence[int]: [(6,), (6, 8)],
    }
    return plain.get(hint) or [each for part in get_args(hint) for each in (plain.get(part) or [part])]


SENTENCES = {
    name: made
    for module in (field_errors, messages, own_account)
    for name, made in vars(module).items()
    if isfunction(made) and made.__module__ == module.__name__ and not name.startswith("_")
}


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_chosen_sentences_speak_the_words_of_the_house(name: str) -> None:
    """Each message, with each kind of argument: words, a capital first letter, no trailing space."""
    hints = {key: hint for key, hint in get_type_hints(SENTENCES[name]).items() if key != "return"}
    for values in product(*(samples(hint) for hint in hints.values())):
        text = SENTENCES[name](**dict(zip(hints, values, strict=True)))
        assert AVOIDED.findall(text) == []
        assert text == text.strip()
        inside_another = text.startswith("wiki") or name in {"your_account", "no_contact"}
        assert text[:1].isupper() or text[:1].isdigit() or inside_another


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (59.2, "1 minute"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (720, "12 minutes"),
        (3600, "1 hour"),
        (3660, "1 hour 1 minute"),
        (7200, "2 hours"),
    ],
)
def test_spans_round_up(seconds: float, words: str) -> None:
    """Nobody comes back too early."""
    assert times.span(timedelta(seconds=seconds)) == words


def test_a_pause_is_said_absolutely_and_relatively() -> None:
    until = datetime(2031, 3, 5, 14, 34, 10, tzinfo=UTC)
    assert times.until(until, until - timedelta(minutes=12)) == "14:35 UTC (in 12 minutes)"
    assert field_errors.too_many_tries(until, until - timedelta(minutes=12)).endswith("at 14:35 UTC (in 12 minutes).")


@pytest.mark.parametrize(
    ("steps", "words"), [(-4, "2 minutes slow"), (2, "1 minute fast"), (20, "10 minutes fast"), (-3, "2 minutes slow")]
)
def test_drift_is_said_in_minutes(steps: int, words: str) -> None:
    assert words in field_errors.clock_drift(steps)


def test_codes_of_several_kinds_are_named_together() -> None:
    assert field_errors.code_missing((6, 8)) == "Enter the 6- or 8-digit code"
    assert field_errors.code_shape((6, 8)) == "The code is 6 or 8 digits, like 123 456 or 1234 5678"


def test_an_unknown_scope_is_an_extra_permission() -> None:
    """A registered scope without words of its own."""
    assert messages.permission("payroll.read") == "Extra permission: payroll.read"


def test_plurals() -> None:
    assert field_errors.tries_left(1, 15) == "1 try left before a 15-minute pause."
    assert field_errors.tries_left(2, 15).startswith("2 tries left")


def test_the_file_of_recovery_codes() -> None:
    """Its text names account, day and use; its name is safe on every file system."""
    text = downloads.recovery_codes(brand="Northwind", account="alice@example.com", made_at=AT, codes=["a-b", "c-d"])
    assert "alice@example.com" in text
    assert "5 March 2031" in text
    assert text.splitlines()[3:] == ["a-b", "c-d"]
    name = downloads.file_name(brand="Northwind", account="alice@example.com", made_at=AT)
    assert name == "northwind-recovery-codes-alice-2031-03-05.txt"


@pytest.mark.parametrize("account", ['../"x"\r\n', "日本", ""])
def test_file_names_hold_plain_letters_only(account: str) -> None:
    assert re.fullmatch(r"[a-z0-9.-]+", downloads.file_name(brand="É/!", account=account, made_at=AT))
