"""Sentences, numbers, dates and plural forms in the language of the moment."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from idp.words import browsers, downloads, field_errors, times
from idp.words.speech import Speech, change_to, counted, languages, own_names, say, speaking, spoken

AT = datetime(2031, 3, 5, 14, 22, 40, tzinfo=UTC)
GERMAN = Speech(language=languages()["de"])


def test_english_where_nobody_says_which() -> None:
    assert spoken().tag == "en"
    assert say("Sign in to %(app)s", app="Wiki") == "Sign in to Wiki"


def test_a_language_lasts_as_long_as_its_block() -> None:
    with speaking(GERMAN):
        assert say("Sign in to %(app)s", app="Wiki") == "Bei Wiki anmelden"
        with speaking(None):
            assert spoken().tag == "en"
        change_to(Speech(language=languages()["en"]))
        assert spoken().tag == "en"
    assert spoken().tag == "en"


def test_what_has_no_translation_stays_english() -> None:
    with speaking(GERMAN):
        assert say("Nobody translated this %(what)s", what="yet") == "Nobody translated this yet"


@pytest.mark.parametrize(("number", "sentence"), [(1, "1 Minute"), (0, "0 Minuten"), (12, "12 Minuten")])
def test_plural_forms_are_those_of_the_language(number: int, sentence: str) -> None:
    with speaking(GERMAN):
        assert counted("%(number)s minute", "%(number)s minutes", number) == sentence


def test_numbers_are_written_as_the_language_does() -> None:
    assert counted("%(number)s minute", "%(number)s minutes", 1204) == "1,204 minutes"
    with speaking(GERMAN):
        assert counted("%(number)s minute", "%(number)s minutes", 1204) == "1.204 Minuten"


def test_times_are_said_as_the_language_does() -> None:
    afternoon = AT.replace(hour=15)
    assert times.until(AT + timedelta(minutes=12), AT) == "14:35 UTC (in 12 minutes)"
    assert times.full_day(AT) == "5 March 2031"
    assert times.day(AT) == "5 March"
    with speaking(GERMAN):
        assert times.until(AT + timedelta(minutes=12), AT) == "14:35 Uhr UTC (in 12 Minuten)"
        assert times.full_day(AT) == "5. März 2031"
        assert times.day(AT) == "5. März"
        assert times.clock_with_seconds(AT) == "14:22:40 Uhr UTC"
        assert times.recently(AT, afternoon) == "heute um 14:22 Uhr UTC"
        assert times.clock(AT.astimezone(timezone(timedelta(hours=1)))) == "15:22 Uhr (UTC+1)"


def test_codes_of_several_lengths_are_asked_for_in_one_sentence() -> None:
    assert field_errors.code_missing((6, 8)) == "Enter the 6- or 8-digit code"
    with speaking(GERMAN):
        assert field_errors.code_missing((6, 7, 8)) == "Geben Sie den 6-, 7- oder 8-stelligen Code ein"
        assert field_errors.code_shape((6, 8)) == "Der Code hat 6 oder 8 Ziffern, etwa 123 456 oder 1234 5678"


def test_browsers_and_files_are_told_in_it_too() -> None:
    with speaking(GERMAN):
        assert browsers.browser("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0") == "Firefox auf Windows"
        assert browsers.browser("") == "ein unbekannter Browser"
        text = downloads.recovery_codes(brand="Northwind", account="alice", made_at=AT, codes=("k7pm",))
    head, use, *_ = text.split("\r\n")
    assert head == "Northwind: Wiederherstellungscodes von alice, erstellt am 5. März 2031"
    assert use.startswith("Jeder gilt einmal")


def test_each_language_has_its_name_in_its_own_words() -> None:
    assert own_names() == {"en": "English", "de": "Deutsch"}
