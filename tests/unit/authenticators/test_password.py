"""Passwords: how they are prepared, which ones are refused, and how they are hashed."""

import random
import unicodedata

import pytest
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.authenticators import password as passwords
from idp.authenticators.password import (
    ALONE,
    BESIDE_A_SECOND_FACTOR,
    LESS_MEMORY,
    MORE_MEMORY,
    HashParameters,
    RefusalKind,
    context_words,
    dummy_hash,
    hash_password,
    long_enough_alone,
    needs_rehash,
    prepared,
    refusal,
    verify,
)
from idp.values.secrets import Password

SALT = b"0123456789abcdef"
PASSWORD = Password("kbzqtnwvhrmx")
CONTEXT = context_words("Ito Identity", "alice.ito", "alice@ito-family.example", ["Payroll Portal"])


def kind(text: str, rule: passwords.PasswordRule = BESIDE_A_SECOND_FACTOR) -> RefusalKind | None:
    refused = refusal(prepared(text), rule, CONTEXT)
    return refused.kind if refused else None


def test_a_password_beside_a_second_factor_has_twelve_characters() -> None:
    """N-02, SP 800-63B-4 3.1.1.2(1)."""
    assert kind("kbzqtnwvhrm") is RefusalKind.TOO_SHORT
    assert kind("kbzqtnwvhrmx") is None


def test_a_password_that_stands_alone_has_fifteen() -> None:
    """N-01."""
    assert kind("kbzqtnwvhrmxdp", ALONE) is RefusalKind.TOO_SHORT
    assert kind("kbzqtnwvhrmxdpf", ALONE) is None
    assert not long_enough_alone(Password("kbzqtnwvhrmxdp"))
    assert long_enough_alone(Password("kbzqtnwvhrmxdpf"))


def test_a_password_has_at_most_256_characters_and_is_never_cut() -> None:
    """N-03."""
    assert kind("x" * 256) is None
    assert kind("x" * 257) is RefusalKind.TOO_LONG
    stored = hash_password(prepared("x" * 255 + "y"), LESS_MEMORY, SALT)
    assert not verify(stored, prepared("x" * 255 + "z"))
    assert not verify(stored, prepared("x" * 255 + "y" + "z" * 2000))


@pytest.mark.parametrize(
    "text",
    [
        "".join(map(chr, range(0x20, 0x7F))),
        "  two words and gaps  ",
        "\U0001f600" * 15,
        "\U0001f468\u200d\U0001f469" * 5,
        "k" * 15,
    ],
)
def test_all_characters_are_taken_and_counted_as_code_points(text: str) -> None:
    """N-04, N-06: no composition rule; spaces at the ends stay; emoji count."""
    assert kind(text, ALONE) is None
    assert prepared(text).expose() == text


def test_length_is_counted_after_composing() -> None:
    """N-05: eleven characters do not become twelve because a keyboard sends them in parts."""
    assert kind(unicodedata.normalize("NFD", "é" * 11)) is RefusalKind.TOO_SHORT


def test_the_longest_password_is_composed_however_many_parts_it_comes_in() -> None:
    """N-03, N-05: no character comes in more than four parts."""
    nfc = "\u1f82" * 256
    assert len(unicodedata.normalize("NFD", nfc)) == 1024
    assert prepared(unicodedata.normalize("NFD", nfc)).expose() == nfc
    assert kind(unicodedata.normalize("NFD", nfc)) is None


def test_the_same_password_from_another_keyboard_is_the_same() -> None:
    """N-05: NFC before hashing."""
    nfc = unicodedata.normalize("NFC", "crème brûlée à Zürich")
    nfd = unicodedata.normalize("NFD", nfc)
    assert nfc != nfd
    assert verify(hash_password(prepared(nfc), LESS_MEMORY, SALT), prepared(nfd))


@pytest.mark.parametrize("text", ["", "\ud800" + "kbzqtnwvhrmx"])
def test_nothing_and_half_a_surrogate_pair_are_refused(text: str) -> None:
    assert kind(text) in {RefusalKind.EMPTY, RefusalKind.NOT_TEXT}


@pytest.mark.parametrize(
    "text",
    ["qwerty123456", "Telecommunications", "Password1234", "PASSWORDPASSWORD", "Welcome2031!!", "qwerty1234qwerty1234"],
)
def test_a_common_password_is_refused_in_any_case(text: str) -> None:
    """N-08."""
    assert kind(text) is RefusalKind.COMMON


@pytest.mark.parametrize(
    "text",
    [
        "Ito Identity",
        "ito-identity!",
        "alice.ito-2031",
        "ALICE.ITO:12345",
        "12345678-alice",
        "alice@ito-family.example",
        "ito-family.example",
        "itofamily1234",
        "Payroll Portal 7!",
    ],
)
def test_a_password_derived_from_the_person_or_the_service_is_refused(text: str) -> None:
    """N-08: names of service, person and apps, the address and its parts, whatever signs stand around them."""
    assert kind(text) is RefusalKind.CONTEXT


@pytest.mark.parametrize(
    "text",
    [
        "alice rides a tandem",
        "password for the tandem",
        "my payroll portal word",
        "telecommunications tandem",
        "7391-2846-1029",
    ],
)
def test_a_long_password_that_merely_holds_such_a_word_is_taken(text: str) -> None:
    """N-08: whole strings are compared."""
    assert kind(text) is None


def test_the_context_is_every_name_and_every_part_of_an_address() -> None:
    assert context_words("Id", "alice@corp.example", "ito@mail.example", ["Wiki", "Chat"]) == {
        *("Id", "Wiki", "Chat"),
        *("alice@corp.example", "alice", "corp.example", "corp", "example"),
        *("ito@mail.example", "ito", "mail.example", "mail"),
    }
    assert context_words("Id", "alice") == {"Id", "alice", ""}


def test_a_refusal_names_the_rule_it_was_judged_by() -> None:
    refused = refusal(prepared("kbzqtnwvhrmx"), ALONE)
    assert refused == passwords.Refusal(kind=RefusalKind.TOO_SHORT, rule=ALONE)


def test_no_context_is_no_context() -> None:
    assert refusal(prepared("123456789-+-"), BESIDE_A_SECOND_FACTOR) is None
    assert refusal(prepared("------------"), BESIDE_A_SECOND_FACTOR, context_words("", "", None)) is None


@given(st.text(max_size=400))
def test_preparing_twice_changes_nothing(text: str) -> None:
    assert prepared(prepared(text).expose()) == prepared(text)


@given(st.text(min_size=1, max_size=3), st.integers(1, 400))
def test_a_password_too_long_to_normalise_is_too_long_in_every_form(unit: str, times: int) -> None:
    """N-03: the bound on work cuts nothing off that would have been accepted."""
    text = unit * times
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text))
    assert len(composed) > 256 or prepared(text).expose() == unicodedata.normalize("NFC", text)
    if len(text) > 1024:
        assert len(composed) > 256


@settings(max_examples=10)
@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_a_password_verifies_itself_and_no_other(one: str, other: str) -> None:
    stored = hash_password(prepared(one), LESS_MEMORY, SALT)
    assert verify(stored, prepared(one))
    assert verify(stored, prepared(other)) == (prepared(one).expose() == prepared(other).expose())


def test_a_lone_surrogate_at_sign_in_is_wrong_and_no_error() -> None:
    """Issue: bad input gets a clear answer, never a 500."""
    assert not verify(hash_password(PASSWORD, LESS_MEMORY, SALT), prepared("\ud800"))


def test_two_people_with_one_password_have_two_hashes() -> None:
    """N-10: algorithm, costs and a salt of 128 bits stand in the stored form."""
    source = random.Random(5)
    first, second = (hash_password(Password("same same same"), LESS_MEMORY, source.randbytes(16)) for _ in range(2))
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert extract_parameters(first).salt_len == 16
    assert hash_password(PASSWORD, LESS_MEMORY, SALT) == hash_password(PASSWORD, LESS_MEMORY, SALT)


def test_other_costs_lead_to_a_rehash_and_the_old_hash_still_verifies() -> None:
    """N-10."""
    stored = hash_password(PASSWORD, LESS_MEMORY, SALT)
    assert not needs_rehash(stored, LESS_MEMORY)
    assert needs_rehash(stored, MORE_MEMORY)
    assert HashParameters(46 * 1024, 1, 1) == MORE_MEMORY
    renewed = hash_password(PASSWORD, MORE_MEMORY, SALT)
    assert renewed.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert verify(stored, PASSWORD)
    assert verify(renewed, PASSWORD)


@pytest.mark.parametrize(
    "costs",
    [
        (19 * 1024 - 1, 2, 1),
        (19 * 1024, 1, 1),
        (19 * 1024, 2, 2),
        (46 * 1024, 0, 1),
        (46 * 1024, 1, 2),
        (47 * 1024, 1, 1),
        (8, 1, 1),
        (46 * 1024, 2, 1),
    ],
)
def test_other_costs_than_the_two_allowed_are_refused(costs: tuple[int, int, int]) -> None:
    """Default and floor m=19 MiB, t=2, p=1; or 46 MiB, t=1."""
    with pytest.raises(ValueError, match=r"^argon2id runs with m=19 MiB, t=2, p=1 or with m=46 MiB, t=1, p=1$"):
        HashParameters(*costs)


@pytest.mark.parametrize("parameters", [LESS_MEMORY, MORE_MEMORY])
def test_an_unknown_name_costs_the_work_of_a_known_one(parameters: HashParameters) -> None:
    """The dummy differs from a real stored form in nothing that argon2 works on, and nobody's password meets it."""
    real = extract_parameters(hash_password(PASSWORD, parameters, SALT))
    assert extract_parameters(dummy_hash(parameters)) == real
    assert real.type is Type.ID
    assert not verify(dummy_hash(parameters), Password(""))
    assert not verify(dummy_hash(parameters), PASSWORD)


@pytest.mark.parametrize("broken", ["", "plaintext", "$argon2id$v=19$m=19456,t=2,p=1$AAAA"])
def test_a_broken_stored_form_is_an_error_and_not_a_wrong_password(broken: str) -> None:
    """A damaged row must be noticed, not look like a person's slip."""
    with pytest.raises((InvalidHashError, VerificationError)):
        verify(broken, PASSWORD)
