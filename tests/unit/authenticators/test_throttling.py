"""The numbers of throttling: when a pause begins, how long it is, what the page counts, and what one source is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authenticators import throttling
from idp.authenticators.throttling import (
    PAUSE_SECONDS,
    disabled,
    next_pause,
    pause_after,
    shows_tries_left,
    source_key,
    tries_left,
)

MINUTES = {10: 15, 15: 30, 20: 60, 25: 60, 30: 60, 90: 60, 95: 60}


@pytest.mark.parametrize("failures", range(10))
def test_the_first_nine_failures_wait_for_nothing(failures: int) -> None:
    """Decision 5: an honest slip costs no time."""
    assert pause_after(failures) is None
    assert tries_left(failures) == 10 - failures


@pytest.mark.parametrize(("failures", "minutes"), MINUTES.items())
def test_the_tenth_failure_pauses_and_each_five_more_double_it_up_to_an_hour(failures: int, minutes: int) -> None:
    """N-15."""
    assert pause_after(failures) == timedelta(minutes=minutes)
    assert all(pause_after(failures + more) is None for more in range(1, 5))


def test_at_a_hundred_the_authenticator_is_disabled_and_not_paused() -> None:
    """N-12, SP 800-63B 3.2.2."""
    assert [disabled(failures) for failures in (0, 99, 100, 101)] == [False, False, True, True]
    assert pause_after(100) is None
    assert pause_after(105) is None
    assert tries_left(100) == tries_left(1000) == 0


@pytest.mark.parametrize(
    ("failures", "left"), [(0, 10), (6, 4), (7, 3), (9, 1), (10, 5), (11, 4), (12, 3), (14, 1), (15, 5), (99, 1)]
)
def test_tries_left_counts_to_the_next_pause_and_shows_from_the_last_three(failures: int, left: int) -> None:
    """«2 tries left before a 15-minute pause.»."""
    assert tries_left(failures) == left
    assert shows_tries_left(failures) == (left <= 3)


@pytest.mark.parametrize(("failures", "minutes"), [(0, 15), (8, 15), (12, 30), (17, 60), (94, 60)])
def test_the_next_pause_is_the_one_that_the_tries_count_down_to(failures: int, minutes: int) -> None:
    assert next_pause(failures) == timedelta(minutes=minutes)


def test_after_the_last_pause_comes_no_other() -> None:
    """The page then says that the authenticator will be switched off."""
    assert next_pause(95) is None
    assert next_pause(100) is None


def test_the_array_for_sql_says_the_same_as_the_function() -> None:
    """Element n, counted from 1, belongs to the n-th failure; 0 where nothing is paused."""
    assert len(PAUSE_SECONDS) == throttling.LIMIT
    for failures in range(1, 101):
        pause = pause_after(failures)
        assert PAUSE_SECONDS[failures - 1] == (pause.total_seconds() if pause else 0)
    assert sum(PAUSE_SECONDS) == (15 + 30 + 16 * 60) * 60


@given(st.integers(0, 200))
def test_nobody_has_more_than_ten_tries_without_a_pause(failures: int) -> None:
    """N-14."""
    assert 0 <= tries_left(failures) <= 10
    assert (tries_left(failures) == 0) == disabled(failures)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", "unknown"),
        ("testclient", "unknown"),
        ("203.0.113.7:443", "unknown"),
        ("203.0.113.007", "unknown"),
        ("\x00", "unknown"),
    ],
)
def test_one_source_is_an_ipv4_address_or_an_ipv6_64(address: str, key: str) -> None:
    """An IPv6 host moves freely within its /64."""
    assert source_key(address) == key


@given(st.text())
def test_any_text_has_a_source_key(address: str) -> None:
    assert source_key(address)


def test_a_source_has_fifty_failures_in_ten_minutes() -> None:
    assert throttling.SOURCE_LIMIT == 50
    assert timedelta(minutes=10) == throttling.SOURCE_WINDOW
