"""The number that somebody who has lost every way in reads out."""

from uuid import UUID, uuid4

import pytest

from idp.login.help_reference import parse, reference_of, spoken
from idp.values.ids import InteractionId


def test_a_sign_in_keeps_its_number() -> None:
    interaction = InteractionId(UUID(int=7))
    assert reference_of(interaction) == reference_of(interaction) == "014489281"


def test_numbers_have_nine_digits_and_differ() -> None:
    made = [reference_of(InteractionId(uuid4())) for _ in range(100)]
    assert {len(each) for each in made} == {9}
    assert len(set(made)) == 100


def test_what_was_shown_is_found_as_it_is_read_out() -> None:
    assert spoken("482190735") == "482 190 735"
    assert {parse("482190735"), parse(" 482 190 735"), parse("482-190-735")} == {"482190735"}


@pytest.mark.parametrize("text", ["", "48219073", "4821907350", "48219073a", "48219073²", "٤٨٢١٩٠٧٣٥"])
def test_what_is_no_number(text: str) -> None:
    assert parse(text) is None
