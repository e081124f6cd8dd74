"""Profile claims: which can be set, and the syntax of each (OIDC Core 5.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.directory.invalid import InvalidValue
from idp.directory.person import ADDRESS_PARTS, PROFILE_TEXTS
from idp.directory.profile_claims import SETTABLE, checked

GOOD = [
    ("name", " Alice  Ito ", "Alice Ito"),
    ("family_name", "Ito", "Ito"),
    ("gender", "female", "female"),
    ("birthdate", "2000-02-29", "2000-02-29"),
    ("birthdate", "0000-02-29", "0000-02-29"),
    ("birthdate", "1990", "1990"),
    ("zoneinfo", "Europe/Paris", "Europe/Paris"),
    ("zoneinfo", "America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("zoneinfo", "UTC", "UTC"),
    ("zoneinfo", "Etc/GMT+5", "Etc/GMT+5"),
    ("locale", "en-GB", "en-GB"),
    ("locale", "zh_Hant_TW", "zh-Hant-TW"),
    ("locale", "de", "de"),
    ("website", " https://alice.example/~home?x=1#top ", "https://alice.example/~home?x=1#top"),
    ("picture", "https://[2001:db8::1]:8443/alice%20ito.png", "https://[2001:db8::1]:8443/alice%20ito.png"),
    ("profile", "HTTPS://Example.COM", "HTTPS://Example.COM"),
    ("phone_number", "+1 (604) 555-1234", "+16045551234"),
    ("phone_number", "+49 30.123/456", "+4930123456"),
    ("address.locality", "Kyoto", "Kyoto"),
    ("address.street_address", "1-2-3 Sanjo\r\nNakagyo\n", "1-2-3 Sanjo\nNakagyo"),
]

BAD = [
    ("name", ""),
    ("name", "x" * 201),
    ("name", "Alice\nIto"),
    ("name", "Ali\x00ce"),
    ("birthdate", "2001-02-29"),
    ("birthdate", "0000"),
    ("birthdate", "0000-13-01"),
    ("birthdate", "29.2.2000"),
    ("birthdate", "2000-2-9"),
    ("birthdate", "20000229"),
    ("birthdate", "2000-02"),
    ("birthdate", "٢٠٠٠"),
    ("zoneinfo", "paris time"),
    ("zoneinfo", "../etc/passwd"),
    ("zoneinfo", "A/B/C/D"),
    ("locale", "english"),
    ("locale", "en-"),
    ("locale", "e"),
    ("website", "http://alice.example"),
    ("website", "javascript:alert(1)"),
    ("website", "https://"),
    ("website", "https:///path"),
    ("website", "https://user@alice.example"),
    ("website", "https://alice.example/<script>"),
    ("website", "https://alice.example/a b"),
    ("website", "https://alice.example:port"),
    ("website", "https://älice.example"),
    ("picture", "https://alice.example/\n" + "x"),
    ("picture", "https://alice.example/" + "x" * 1024),
    ("phone_number", "604 555 1234"),
    ("phone_number", "+0123"),
    ("phone_number", "+1234567890123456"),
    ("phone_number", "+1 604 CALL ME"),
    ("address.formatted", " "),
    ("address.formatted", "a\n\nb"),
    ("address.formatted", "x" * 201),
    ("address.country", "a\nb"),
]


@pytest.mark.parametrize(("name", "typed", "kept"), GOOD)
def test_a_claim_in_its_syntax_is_kept(name: str, typed: str, kept: str) -> None:
    """OIDC Core 5.1, 5.1.1; E.164; BCP 47."""
    assert checked(name, typed) == kept
    assert checked(name, kept) == kept


@pytest.mark.parametrize(("name", "typed"), BAD)
def test_a_claim_out_of_its_syntax_is_refused_with_one_sentence(name: str, typed: str) -> None:
    """OpenID conformance: a malformed claim fails; the sentence says what to type, and does not repeat the value."""
    with pytest.raises(InvalidValue) as refused:
        checked(name, typed)
    assert refused.value.field == name
    assert refused.value.sentence[0].isupper()
    assert refused.value.sentence.endswith(".")
    assert str(refused.value) == f"{name}: {refused.value.sentence}"


@pytest.mark.parametrize(
    "name", ["sub", "email", "preferred_username", "updated_at", "address", "address.planet", "is_admin"]
)
def test_what_is_no_settable_claim_is_refused(name: str) -> None:
    """The sentence names those that can be set."""
    with pytest.raises(InvalidValue, match="birthdate"):
        checked(name, "x")


def test_all_standard_claims_but_ours_can_be_set() -> None:
    """OIDC Core 5.1: fourteen profile claims, less the username and the instant of the last change."""
    assert {*PROFILE_TEXTS, "phone_number"} <= set(SETTABLE)
    assert len(SETTABLE) == len(PROFILE_TEXTS) + 1 + len(ADDRESS_PARTS)


@given(st.sampled_from(SETTABLE), st.text())
def test_a_value_that_was_kept_is_kept_again(name: str, typed: str) -> None:
    """Issue: bad input gets a clear answer, and no other exception."""
    try:
        kept = checked(name, typed)
    except InvalidValue:
        return
    assert kept
    assert checked(name, kept) == kept
