"""Claims that every JWT of a client must have: RFC 7519 4.1, RFC 7523 3."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.jwt_claims import LEEWAY, Unfit, check_audience, check_maker, check_times, numeric_date
from tests.unit.oidc.samples import NOW, WEB

LOCAL = "https://id.example.org"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def seconds(**later: float) -> float:
    """So much after NOW, as a NumericDate."""
    return (NOW + timedelta(**later)).timestamp()


@pytest.mark.parametrize("iss", [None, "", "other", 5, ["wiki"]])
def test_the_maker_is_the_client(iss: object) -> None:
    check_maker({"iss": "wiki"}, WEB.client_id)
    with pytest.raises(Unfit, match="iss"):
        check_maker({"iss": iss}, WEB.client_id)


@pytest.mark.parametrize("aud", [LOCAL, [LOCAL], ["https://other.example", LOCAL], [5, LOCAL]])
def test_the_audience_is_or_holds_us(aud: object) -> None:
    """RFC 7519 4.1.3."""
    check_audience({"aud": aud}, {LOCAL})


@pytest.mark.parametrize("aud", [None, "", [], [[LOCAL]], {LOCAL: 1}, "https://other.example", LOCAL + "/", 5])
def test_another_audience_is_refused(aud: object) -> None:
    with pytest.raises(Unfit, match="aud"):
        check_audience({"aud": aud}, {LOCAL})


def test_times_that_are_absent_are_not_judged() -> None:
    check_times({}, NOW)


@pytest.mark.parametrize("ahead", [8, 10, LEEWAY.total_seconds()])
def test_a_clock_a_little_ahead_is_borne(ahead: float) -> None:
    """Eight to ten seconds must be accepted."""
    check_times({"nbf": seconds(seconds=ahead), "iat": seconds(seconds=ahead)}, NOW)


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_a_minute_ahead_is_too_much(name: str) -> None:
    with pytest.raises(Unfit, match=f"{name} lies ahead"):
        check_times({name: seconds(seconds=60)}, NOW)


def test_it_expires_with_a_leeway() -> None:
    check_times({"exp": seconds(seconds=-29)}, NOW)
    with pytest.raises(Unfit, match="expired"):
        check_times({"exp": seconds(seconds=-30)}, NOW)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1", True, [], {}, 10**400])
def test_what_is_no_date_is_refused(name: str, value: object) -> None:
    """RFC 7519 2: a NumericDate is a number."""
    with pytest.raises(Unfit, match=f"{name} is no"):
        check_times({name: value}, NOW)


def test_a_date_is_whole_or_broken_and_may_be_absent() -> None:
    assert numeric_date({"exp": 5}, "exp") == 5.0
    assert numeric_date({"exp": 5.5}, "exp") == 5.5
    assert numeric_date({}, "exp") is None


@given(st.dictionaries(st.sampled_from(["iss", "aud", "exp", "nbf", "iat"]), JSON))
def test_no_claims_break_anything(claims: dict[str, object]) -> None:
    with suppress(Unfit):
        check_maker(claims, WEB.client_id)
    with suppress(Unfit):
        check_audience(claims, {LOCAL})
    with suppress(Unfit):
        check_times(claims, NOW)
