"""The sentences beside the claims."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from idp.demo.claims_explained import compare, distance, explain, instant, proofs

NOW = datetime(2031, 3, 5, 12, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


def test_claims_about_the_sign_in_come_first_and_unknown_ones_last() -> None:
    """Nothing that came is left out."""
    shown = explain({"zebra": 1, "name": "Alice", "sub": "s", "iss": "https://op"}, NOW)
    assert [each.name for each in shown] == ["iss", "sub", "name", "zebra"]
    assert all(each.meaning for each in shown)


def test_numeric_dates_are_read_out() -> None:
    """OpenID Connect Core 2: exp, iat and auth_time are seconds since 1970."""
    claims = {"exp": EPOCH + 600, "iat": EPOCH, "auth_time": EPOCH - 7_200}
    values = {each.name: each.value for each in explain(claims, NOW)}
    assert values["exp"] == "2031-03-05 12:10:00 UTC (in 10 minutes)"
    assert values["iat"] == "2031-03-05 12:00:00 UTC (now)"
    assert values["auth_time"] == "2031-03-05 10:00:00 UTC (2 hours ago)"


def test_a_date_nobody_can_read_is_shown_as_it_came() -> None:
    """An app must survive what a provider sends."""
    assert instant(10**30, NOW) == str(10**30)
    assert explain({"exp": True}, NOW)[0].value == "true"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (1, "in 1 second"),
        (-59, "59 seconds ago"),
        (60, "in 1 minute"),
        (-7_199, "1 hour ago"),
        (200_000, "in 2 days"),
    ],
)
def test_distances_use_one_unit(seconds: int, words: str) -> None:
    """Rounded down, so that "in 10 minutes" is never a promise too long."""
    assert distance(seconds) == words


def test_each_amr_value_is_explained() -> None:
    """RFC 8176, and our own `recovery_code`."""
    words = explain({"amr": ["pwd", "recovery_code", "mfa", "odd"]}, NOW)[0].meaning
    assert "pwd: a password." in words
    assert "recovery_code: a recovery code" in words
    assert "mfa: proofs of more than one kind" in words
    assert "odd: a kind of proof this demo has no words for." in words


def test_amr_of_the_wrong_shape_breaks_nothing() -> None:
    """Some providers send a string."""
    assert explain({"amr": "pwd"}, NOW)[0].value == "pwd"
    assert proofs({"amr": "pwd"}) == ()
    assert proofs({}) == ()


def test_proofs_name_what_was_shown_and_leave_out_the_sum() -> None:
    """`mfa` says that there were two, which the list shows itself."""
    assert proofs({"amr": ["pwd", "otp", "mfa"]}) == ("a password", "a code from an authenticator app")
    assert proofs({"amr": ["x"]}) == ("“x”",)


def test_acr_and_email_verified_are_explained_by_their_value() -> None:
    """The sentence says what the value at hand means."""
    meanings = {each.name: each.meaning for each in explain({"acr": "2fa", "email_verified": False}, NOW)}
    assert "two kinds of proof" in meanings["acr"]
    assert "refuse" in meanings["email_verified"]
    assert "Here:" not in explain({"acr": "urn:x"}, NOW)[0].meaning
    assert "rely on it" in explain({"email_verified": True}, NOW)[0].meaning


def test_lists_and_objects_are_shown_as_json() -> None:
    """Letters beyond ASCII stay letters."""
    assert explain({"groups": ["Ärzte"]}, NOW)[0].value == '["Ärzte"]'


def test_a_refresh_is_compared_claim_by_claim() -> None:
    """OpenID Connect Core 12.2: a new iat, the same sub; a nonce need not come again."""
    before = {"sub": "s", "iat": EPOCH, "nonce": "n"}
    rows = {each.name: each for each in compare(before, {"sub": "s", "iat": EPOCH + 5}, NOW)}
    assert not rows["sub"].changed
    assert rows["iat"].changed
    assert (rows["nonce"].before, rows["nonce"].after) == ("n", "")
