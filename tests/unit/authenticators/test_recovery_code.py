"""Recovery codes: how they are made, read and stored."""

import random
from collections import Counter

import pytest
from argon2.low_level import Type, hash_secret_raw
from hypothesis import given
from hypothesis import strategies as st

from idp.authenticators import recovery_code
from idp.authenticators.password import HashParameters
from idp.authenticators.recovery_code import display, new_salt, new_set, parse, stretched
from idp.authenticators.typed import RECOVERY_ALPHABET, Empty, LooksLikeAppCode, WrongShape
from idp.values.secrets import RecoveryCode

CODE = RecoveryCode("k7pmx2dq9w4tc8hn")


def full_width(text: str) -> str:
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def test_the_alphabet_has_no_look_alikes() -> None:
    """31 lower-case letters and digits without 0 o 1 i l."""
    assert sorted(RECOVERY_ALPHABET) == sorted(set("abcdefghijklmnopqrstuvwxyz0123456789") - set("0o1il"))
    assert len(RECOVERY_ALPHABET) == 31


def test_a_set_is_ten_different_codes_of_sixteen_characters() -> None:
    """N-21: 31^16 is 79 bits; 64 are asked for."""
    codes = new_set(random.Random(7).randbytes)
    assert len({code.expose() for code in codes}) == 10
    assert all(len(code.expose()) == 16 and set(code.expose()) <= set(RECOVERY_ALPHABET) for code in codes)
    assert 31**16 > 2**79


def test_every_character_is_equally_likely() -> None:
    """N-21: octets that would favour some characters are drawn again, so each octet below 248 maps 8 to 1."""
    octets = iter(bytes(range(256)) * 10)
    codes = new_set(lambda count: bytes(next(octets) for _ in range(count)))
    drawn = Counter("".join(code.expose() for code in codes)[:155])
    assert set(drawn.values()) == {5}
    # 160 characters of a sequence that holds 248 usable octets in a row: each wraps evenly.
    assert "".join(code.expose() for code in codes)[:31] == RECOVERY_ALPHABET


def test_octets_past_the_last_multiple_of_31_are_drawn_again() -> None:
    """248 … 255 give no character."""
    octets = iter(bytes(range(248, 256)) * 4 + bytes([247]) * 32 * 10)
    codes = new_set(lambda count: bytes(next(octets) for _ in range(count)))
    assert {code.expose() for code in codes} == {RECOVERY_ALPHABET[30] * 16}


@pytest.mark.parametrize(
    "typed",
    [
        "k7pm-x2dq-9w4t-c8hn",
        "K7PM X2DQ 9W4T C8HN",
        "k7pmx2dq9w4tc8hn",
        " k7pm\u2013x2dq\u00a09w4t\tc8hn\n",
        full_width("k7pm-x2dq-9w4t-c8hn"),
    ],
)
def test_a_code_is_taken_in_any_case_with_any_gaps(typed: str) -> None:
    """Input in any case, spaces and dashes."""
    assert parse(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "k7pm-x2dq-9w4t-c8h",
        "k7pm-x2dq-9w4t-c8hnn",
        "o7pm-x2dq-9w4t-c8hn",
        "0000111122223333",
        "\u212a7pm" * 4,
        "12345",
        "a" * 300,
    ],
)
def test_what_cannot_be_a_code_is_refused_without_a_hash(typed: str) -> None:
    """Wrong length, look-alikes and letters that only fold into ours (the Kelvin sign) cost nothing to refuse."""
    assert parse(typed) == WrongShape()


def test_the_longest_text_that_is_looked_at_is_256_characters() -> None:
    assert parse("k7pm-x2dq-9w4t-c8hn" + " " * 237) == CODE
    assert parse("k7pm-x2dq-9w4t-c8hn" + " " * 238) == WrongShape()


@pytest.mark.parametrize("typed", ["123456", "123 456", full_width("007421"), "12345678"])
def test_an_app_code_is_recognised(typed: str) -> None:
    """«That looks like an app code.»."""
    assert parse(typed) == LooksLikeAppCode()


@pytest.mark.parametrize("typed", ["", " - ", "\u2014"])
def test_nothing_typed_is_empty(typed: str) -> None:
    assert parse(typed) == Empty()


@given(st.integers(0, 2**64))
def test_what_is_shown_can_be_typed_back(seed: int) -> None:
    for code in new_set(random.Random(seed).randbytes):
        shown = display(code)
        assert [len(group) for group in shown.split("-")] == [4, 4, 4, 4]
        assert parse(shown) == parse(shown.upper()) == code


@given(st.text())
def test_whatever_is_typed_is_parsed_without_an_error(typed: str) -> None:
    """Issue: bad input gets a clear answer, never a 500."""
    parsed = parse(typed)
    if isinstance(parsed, RecoveryCode):
        assert set(parsed.expose()) <= set(RECOVERY_ALPHABET)
    assert recovery_code.normalised(recovery_code.normalised(typed)) == recovery_code.normalised(typed)


def test_a_code_is_stretched_with_the_costs_of_a_password() -> None:
    """N-22, decision 12: argon2id(code, salt of the set); the keystore's HMAC makes the stored digest of it."""
    salt, costs = bytes(16), HashParameters()
    slow = hash_secret_raw(
        b"k7pmx2dq9w4tc8hn", salt, costs.passes, costs.memory, costs.lanes, hash_len=32, type=Type.ID
    )
    assert stretched(CODE, salt) == slow


def test_one_hash_looks_a_typed_code_up_in_its_set() -> None:
    """N-22: one salt per set. Another salt or code finds nothing."""
    source = random.Random(3)
    codes, salt = new_set(source.randbytes)[:3], new_salt(source.randbytes)
    stored = [stretched(code, salt) for code in codes]
    typed = parse(display(codes[1]))
    assert isinstance(typed, RecoveryCode)
    assert stored.index(stretched(typed, salt)) == 1
    assert stretched(typed, bytes(16)) not in stored
    assert stretched(CODE, salt) not in stored


def test_a_salt_is_128_random_bits() -> None:
    """SP 800-63B 3.1.2.2 asks for 32."""
    assert new_salt(lambda octets: b"s" * octets) == b"s" * 16
