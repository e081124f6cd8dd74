"""What is typed: dates, pairs, passwords from stdin; a mistake is a mistake in the command."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta, timezone
from unittest import mock

import pytest
import typer

from idp.commands.typed import date, new_password, pairs


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-01-31", datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)),
        (" 2027-01-31 ", datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)),
        ("2027-01-31T18:00", datetime(2027, 1, 31, 18, tzinfo=UTC)),
        ("2027-01-31T18:00:00+02:00", datetime(2027, 1, 31, 18, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_a_day_is_counted_to_its_end(text: str, instant: datetime) -> None:
    assert date(text) == instant


@pytest.mark.parametrize("text", ["", "tomorrow", "2027-02-30", "31.01.2027", "2027"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="use a date such as"):
        date(text)


def test_pairs_keep_what_follows_the_first_sign() -> None:
    assert pairs(["website=https://x/?a=b", " name = Alice ", "nickname="]) == {
        "website": "https://x/?a=b",
        "name": "Alice",
        "nickname": "",
    }


@pytest.mark.parametrize("text", ["name", "=value", ""])
def test_a_pair_has_a_name_and_a_sign(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="NAME=VALUE"):
        pairs([text])


@pytest.mark.parametrize(
    ("given", "password"),
    [("one line\nanother\n", "one line"), ("  spaces kept  \r\n", "  spaces kept  "), ("", ""), ("no end", "no end")],
)
def test_a_password_is_the_first_line_of_stdin(given: str, password: str) -> None:
    """N-04: spaces belong to the password."""
    with mock.patch.object(sys, "stdin", io.StringIO(given)):
        assert new_password("alice").expose() == password


class Terminal(io.StringIO):
    """A stdin at which somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answers", "same"), [(["secret words", "secret words"], True), (["secret", "sacred"], False)])
def test_at_a_terminal_it_is_asked_twice(answers: list[str], same: bool) -> None:  # noqa: FBT001 - a parameter of the table
    with mock.patch.object(sys, "stdin", Terminal()), mock.patch("getpass.getpass", side_effect=answers):
        if same:
            assert new_password("alice").expose() == "secret words"
        else:
            with pytest.raises(typer.BadParameter, match="differ"):
                new_password("alice")
