"""Names of authenticator apps and keys."""

import pytest

from idp.directory.factor_name import KEY, LONGEST, factor_name, kept, offered
from idp.directory.invalid import InvalidValue


def test_a_name_is_one_line_and_differs_from_the_others_in_more_than_case() -> None:
    assert factor_name("  my   phone ", ["Authenticator app"]) == "my phone"
    assert factor_name("x" * LONGEST, []) == "x" * LONGEST
    for refused in ("", " ", "a\nb", "x" * (LONGEST + 1), "MY phone"):
        with pytest.raises(InvalidValue):
            factor_name(refused, ["my Phone"])


def test_a_free_one_is_offered() -> None:
    assert offered([]) == "Authenticator app"
    assert offered(["authenticator APP"]) == "Authenticator app 2"
    assert offered(["Authenticator app", "Authenticator app 2"]) == "Authenticator app 3"
    assert offered(["Authenticator app"], KEY) == "Security key"


def test_of_a_typed_name_as_much_is_kept_as_can_be() -> None:
    assert kept(" my  key ") == "my key"
    assert kept("x" * (LONGEST + 9)) == "x" * LONGEST
    assert kept("") == kept("a\nb") == ""
