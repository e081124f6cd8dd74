"""E-mail addresses and masks: their shape, and what of them is shown before the password was right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.directory.email import email
from idp.directory.invalid import InvalidValue
from idp.directory.mask import masked
from idp.directory.user import login_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("alice@example.com", "alice@example.com"),
        (" Alice.Ito+apps@Example.COM\n", "Alice.Ito+apps@example.com"),
        ("o'neill_7@mail-1.example.co.uk", "o'neill_7@mail-1.example.co.uk"),
        ("root@localhost", "root@localhost"),
        ("用户@例子.广告", "用户@例子.广告"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
    ],
)
def test_an_address_keeps_its_local_part_and_lowers_its_domain(typed: str, kept: str) -> None:
    """RFC 5321 2.4: only the domain is case-insensitive for certain; RFC 6531: letters of any script."""
    assert email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "alice",
        "@example.com",
        "alice@",
        "a@b@example.com",
        "alice ito@example.com",
        '"alice"@example.com',
        "alice@[192.0.2.1]",
        "=?utf-8?q?mallory=40evil.example?=@example.com",
        "=?us-ascii?q?a=0d=0aBcc=3A_b=40c.example?=@example.com",
        "mallory\N{FULLWIDTH COMMERCIAL AT}evil.example@example.com",
        "alice@-example.com",
        "alice@example-.com",
        "alice@example..com",
        "alice@.example.com",
        "alice@exam_ple.com.",
        ".alice@example.com",
        "alice.@example.com",
        "al..ice@example.com",
        "alice\x00@example.com",
        "alice\u200b@example.com",
        "alice@example.com\r\nBcc: eve@example.com",
        "alice@example.com, bob@example.com",
        "x" * 65 + "@example.com",
        "alice@" + "example." * 32 + "com",
        "alice@" + "x" * 64 + ".com",
    ],
)
def test_what_no_mail_can_be_sent_to_is_refused(typed: str) -> None:
    """RFC 5321 4.5.3.1; no header can be smuggled in."""
    with pytest.raises(InvalidValue, match=r"^email: ") as refused:
        email(typed)
    assert refused.value.sentence.endswith(".")


@given(st.emails())
def test_an_address_taken_once_is_taken_again(address: str) -> None:
    """And it can be a login name, since both stand in one table."""
    try:
        kept = email(address)
    except InvalidValue:
        return
    assert email(kept) == kept
    assert login_name(kept)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("alice@example.com", "a•••@e•••.com"),
        ("alice@mail.example.co.uk", "a•••@m•••.uk"),
        ("alice@localhost", "a•••@l•••"),
        ("a@b.c", "a•••@b•••.c"),
        ("alice", "a•••"),
        ("a", "a•••"),
        ("@example.com", "@•••"),
        ("alice@", "a•••@•••"),
        ("alice@.com", "a•••@.•••"),
        ("", "•••"),
    ],
)
def test_a_mask_shows_a_slip_and_not_the_address(name: str, shown: str) -> None:
    """The address is masked until the password is right; the stars are always three."""
    assert masked(name) == shown


@given(st.text(min_size=2))
def test_a_mask_never_shows_the_whole_name(name: str) -> None:
    assert masked(name) != name or "•••" in name
