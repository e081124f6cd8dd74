"""The list of common passwords: what it holds, and that nobody pays for it who sets no password."""

import subprocess
import sys

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from idp.authenticators.common_passwords import is_common


def test_the_lists_are_loaded_only_when_a_password_is_judged() -> None:
    """They cost 30 ms and some megabytes, which a worker that only issues tokens never spends."""
    code = "import sys, idp.authenticators.password; print('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize("text", ["qwerty123456", "chickenwing101", "telecommunications"])
def test_whole_entries_are_common(text: str) -> None:
    """N-08."""
    assert is_common(text)


@pytest.mark.parametrize(
    "text",
    [
        "password1",
        "password12",
        "aardvark1",
        "monkey1234",
        "112233112233",
        "password1234567890",
        "password2031",
        "password1999",
        "password!",
        "password1234!?.",
        "passwordpassword",
        "passwordpasswordpassword",
        "123456789012",
    ],
)
def test_a_common_password_made_longer_in_the_usual_way_stays_common(text: str) -> None:
    """The lists are older than the twelve characters we ask for."""
    assert is_common(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 64,
        "x" * 12,
        "xyxyxyxyxyxy",
        "passwordpasswordpasswordpassword",
        "password2100",
        "password-13",
        "thepassword1234",
        "correct horse battery staple",
        "cat1234567890",
    ],
)
def test_what_merely_holds_a_common_password_is_not_common(text: str) -> None:
    """N-08: whole strings are compared; short or one-letter units are no words."""
    assert not is_common(text)


def test_the_library_still_keeps_its_lists_as_we_read_them() -> None:
    """Lower-case words by list name; if this fails after an upgrade, read `common_passwords` again."""
    assert {"passwords", "english_wikipedia"} <= set(FREQUENCY_LISTS)
    assert len(FREQUENCY_LISTS["passwords"]) >= 10_000
    assert all(word == word.casefold() for words in FREQUENCY_LISTS.values() for word in words)
