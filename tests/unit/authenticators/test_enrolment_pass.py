"""Enrolment passes: how they are made, read and stored."""

import random
from hashlib import sha256

import pytest

from idp.authenticators.enrolment_pass import LENGTH, LIVES, LONGEST, digest_of, display, new_pass, parse
from idp.authenticators.typed import RECOVERY_ALPHABET, Empty, WrongShape
from idp.values.secrets import EnrolmentPass

PASS = EnrolmentPass("k7pmx2dq9w4tc8hnr5vbe3gz")


def test_a_pass_needs_no_slow_hash() -> None:
    """N-22: 112 bits or more may be kept under a plain one."""
    assert len(RECOVERY_ALPHABET) ** LENGTH > 2**112
    assert digest_of(PASS).octets == sha256(b"k7pmx2dq9w4tc8hnr5vbe3gz").digest()


def test_no_two_are_alike() -> None:
    """V6.4.1: random."""
    entropy = random.Random(7).randbytes
    made = [new_pass(entropy).expose() for _ in range(100)]
    assert len(set(made)) == 100
    assert all(len(text) == LENGTH and set(text) <= set(RECOVERY_ALPHABET) for text in made)


def test_it_is_handed_over_in_groups_and_masks_itself() -> None:
    assert display(PASS) == "k7pm-x2dq-9w4t-c8hn-r5vb-e3gz"
    assert repr(PASS) == "EnrolmentPass(…)"


def test_one_that_is_mailed_lives_a_day() -> None:
    """N-31: SP 800-63B 4.2.1.2; what is handed over may last a week."""
    assert LIVES.total_seconds() == 24 * 3600
    assert LONGEST.days == 7


@pytest.mark.parametrize(
    "typed",
    [
        "k7pm-x2dq-9w4t-c8hn-r5vb-e3gz",
        " K7PM X2DQ 9W4T C8HN R5VB E3GZ ",
        "k7pmx2dq9w4tc8hnr5vbe3gz",
        "k7pm–x2dq—9w4t−c8hn\u00a0r5vb\u200be3gz",  # noqa: RUF001 (what word processors make of dashes)
        "ｋ７ｐｍ-x2dq-9w4t-c8hn-r5vb-e3gz",  # noqa: RUF001
    ],
)
def test_spelling_does_not_matter(typed: str) -> None:
    assert parse(typed) == PASS


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Empty()),
        (" - — ", Empty()),
        ("123456", WrongShape()),
        ("k7pm-x2dq-9w4t-c8hn", WrongShape()),
        ("k7pm-x2dq-9w4t-c8hn-r5vb-e3g", WrongShape()),
        ("k7pm-x2dq-9w4t-c8hn-r5vb-e3gzz", WrongShape()),
        ("o7pm-x2dq-9w4t-c8hn-r5vb-e3gz", WrongShape()),
        ("\u212a7pm-x2dq-9w4t-c8hn-r5vb-e3gz", WrongShape()),
        ("k7pmx2dq9w4tc8hnr5vbe3gz" + " " * 300, WrongShape()),
    ],
)
def test_what_can_be_no_pass(typed: str, expected: object) -> None:
    """Looked at without a try being counted; the Kelvin sign is no k."""
    assert parse(typed) == expected
