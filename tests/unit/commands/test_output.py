"""What commands print: nothing a terminal would obey, one JSON document, no secret by accident."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from idp.commands.output import facts, shown, table, tell
from idp.values.secrets import ClientSecret

AT = datetime(2026, 11, 24, 5, 6, 7, tzinfo=timezone(timedelta(hours=1)))


def test_a_table_has_columns_as_wide_as_they_must_be() -> None:
    text = table(("user", "apps"), [["alice", 0], ["b", 12]], empty="Nobody.")
    assert text == "user   apps\nalice  0\nb      12"
    assert table(("user",), [], empty="Nobody.") == "Nobody."


def test_facts_without_a_value_are_left_out() -> None:
    assert facts([("name", "Wiki"), ("page", None), ("scope", ""), ("first party", False)]) == (
        "name         Wiki\nfirst party  no"
    )
    assert facts([]) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("", "-"),
        (True, "yes"),
        (0, "0"),
        ([], "-"),
        (["a", "b"], "a, b"),
        (AT, "2026-11-24 04:06 UTC"),
        ("a\x1b[31m\nb", "a\ufffd[31m\ufffdb"),
    ],
)
def test_values_are_shown_on_one_line(value: object, text: str) -> None:
    """V16.4.1: control characters of a name do not reach the terminal."""
    assert shown(value) == text


def test_json_is_one_document_with_instants_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    tell({"at": AT, "names": {"é", "b"}}, lambda: "text", as_json=True)
    assert json.loads(capsys.readouterr().out) == {"at": "2026-11-24T04:06:07Z", "names": ["b", "é"]}


def test_text_is_printed_instead(capsys: pytest.CaptureFixture[str]) -> None:
    tell({}, lambda: "text\n\n", as_json=False)
    assert capsys.readouterr().out == "text\n"


def test_a_secret_is_never_printed_by_accident() -> None:
    """V16.2.5: only what is opened on purpose leaves."""
    secret = ClientSecret("canary")
    with pytest.raises(TypeError):
        tell({"client_secret": secret}, lambda: "", as_json=True)
    assert "canary" not in facts([("secret", secret)]) + table(("s",), [[secret]], empty="")


def test_instants_of_any_zone_are_shown_in_utc() -> None:
    assert shown(AT) == shown(AT.astimezone(UTC))
