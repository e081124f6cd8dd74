"""Names of apps and keys: of one person no two are alike, in whatever case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.directory.factor_name import APP, KEY, LONGEST, factor_name, kept, offered
from idp.directory.invalid import InvalidValue


@pytest.mark.parametrize("text", ["", "  ", "n" * 41, "a\nb", "a\u202eb"])
def test_a_name_is_one_short_line(text: str) -> None:
    with pytest.raises(InvalidValue):
        factor_name(text, ())


def test_a_name_that_is_taken_is_refused_in_whatever_case() -> None:
    assert factor_name("  Work   phone ", ["Pixel"]) == "Work phone"
    with pytest.raises(InvalidValue, match="tells them apart"):
        factor_name("PIXEL", ["Pixel"])


def test_a_free_name_is_offered() -> None:
    """T-18."""
    assert offered(()) == APP
    assert offered(["authenticator APP", "Authenticator app 2"]) == "Authenticator app 3"
    assert offered([APP], KEY) == KEY


@pytest.mark.parametrize(
    ("text", "name"),
    [("  Blue   key ", "Blue key"), ("n" * 50, "n" * 40), ("n" * 39 + " n", "n" * 39), ("", ""), ("a\nb", "")],
)
def test_of_a_name_is_kept_what_can_be(text: str, name: str) -> None:
    """A key is made by then: refusing its name would leave a key that nobody knows."""
    assert kept(text) == name


@given(st.text())
def test_what_is_kept_could_have_been_typed(text: str) -> None:
    name = kept(text)
    assert len(name) <= LONGEST
    assert not name or factor_name(name, ()) == name
