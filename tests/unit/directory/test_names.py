"""Names of people and groups: what may be one, and under which spelling it is found."""

import unicodedata
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from idp.directory.group import Group, group_key, group_name
from idp.directory.invalid import InvalidValue
from idp.directory.text import folded
from idp.directory.user import login_name, username
from idp.values.ids import GroupId

SPELLINGS = [
    "alice.ito",
    "Alice.Ito",
    "  ALICE.ITO\n",
    "".join(chr(ord(character) + 0xFEE0) for character in "alice.ito"),
    "\u00a0alice.ito\u3000",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_spellings_of_a_name_are_one_login_name(spelling: str) -> None:
    """NFKC, case-folded; one throttle for all spellings."""
    assert login_name(spelling) == folded(spelling) == "alice.ito"


def test_a_composed_and_a_decomposed_name_are_one() -> None:
    assert login_name("zoë") == login_name(unicodedata.normalize("NFD", "ZOË"))
    assert login_name("straße") == login_name("STRASSE")


def test_the_display_spelling_is_kept_in_composed_form_with_single_spaces() -> None:
    assert username(" Zoe\u0308  van\u00a0Ito ") == "Zoë van Ito"


@pytest.mark.parametrize(
    "name", ["alice@example.com", "DOMAIN\\alice", "a", "山田", "o'neill-smith", "x" * 254, "7", "a:b"]
)
def test_addresses_and_names_of_all_scripts_are_names(name: str) -> None:
    assert username(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "\u00a0",
        "ali\x00ce",
        "alice\nito",
        "alice\tito",
        "ali\u200bce",
        "\u202ealice",
        "ali\u2028ce",
        "alice\ue000",
        "alice\U000e0fff",
        "alice\ud800",
        "---",
        "\U0001f600",
        "x" * 255,
        "x" * 5000,
        "\ufdfa" * 100,
    ],
)
def test_what_cannot_be_seen_typed_or_kept_is_no_name(name: str) -> None:
    """Empty, controls, unseen and unassigned characters, no letter at all, over 254 characters also after folding."""
    with pytest.raises(InvalidValue) as refused:
        username(name)
    assert refused.value.field == "username"
    assert refused.value.sentence.endswith(".")
    assert isinstance(folded(name), str)


SEEN = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


@given(st.text(SEEN, max_size=60).map(lambda rest: f"a{rest}"))
def test_a_login_name_is_its_own_login_name(text: str) -> None:
    """Idempotent: what is stored is what is looked up."""
    try:
        name = login_name(text)
    except InvalidValue:
        assume(False)  # noqa: FBT003
        raise
    assert login_name(name) == name
    assert login_name(username(text)) == name
    assert folded(text) == name


@given(st.text(st.characters(min_codepoint=0x80), min_size=1, max_size=6))
def test_folding_twice_changes_nothing_in_any_script(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert once == unicodedata.normalize("NFKC", once)
    assert once.encode().decode() == once


@given(st.text())
def test_case_does_not_tell_two_names_apart(text: str) -> None:
    assert folded(text.swapcase().swapcase()) == folded(text.swapcase().swapcase().casefold())


@pytest.mark.parametrize("text", ["staff", "Ops & Support", "wiki:admins", "x" * 100])
def test_a_group_keeps_its_spelling(text: str) -> None:
    """docs/architecture.md, relying apps: apps compare the `groups` claim for equality."""
    assert Group(id=GroupId(UUID(int=1)), name=group_name(f" {text} ")).name == text


@pytest.mark.parametrize("text", ["", " ", "a\nb", "x" * 101])
def test_an_unfit_group_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^group: "):
        group_name(text)


def test_groups_that_differ_in_case_alone_are_one() -> None:
    assert group_key("Staff") == group_key("staff ")
