"""Rotation: published before use, retired until the last token ends, for every history of keys."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.keystore.compact import Algorithm
from idp.keystore.keyring import KeyState, PublishedKey
from idp.keystore.rotation import (
    ActivateKey,
    ForgetKey,
    MakeKey,
    Schedule,
    Transition,
    due,
    rotate,
    rotate_at_once,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
PLAN = Schedule(longest_token=timedelta(minutes=10))
DAY = timedelta(days=1)


def key(kid: str, state: KeyState, created: datetime = START, alg: Algorithm = "ES256") -> PublishedKey:
    """A key whose instants are all that of its making, where its state has them."""
    activated = None if state is KeyState.NEXT else created
    retired = created if state in {KeyState.RETIRING, KeyState.GONE} else None
    return PublishedKey(
        kid=kid, alg=alg, state=state, public_jwk={}, created_at=created, activated_at=activated, retired_at=retired
    )


def carry_out(keys: list[PublishedKey], steps: list[Transition], at: datetime) -> list[PublishedKey]:
    """What storage will do with the answer."""
    for step in steps:
        match step:
            case MakeKey(alg=alg, state=state):
                made = key(f"{alg} {len(keys)}", state, at, alg)
                keys = [*keys, made]
            case ActivateKey(kid=kid, retires=old):
                keys = [_moved(each, kid, old, at) for each in keys]
            case ForgetKey(kid=kid):
                keys = [replace(each, state=KeyState.GONE) if each.kid == kid else each for each in keys]
    return keys


def _moved(each: PublishedKey, kid: str, old: str | None, at: datetime) -> PublishedKey:
    if each.kid == kid:
        return replace(each, state=KeyState.ACTIVE, activated_at=at)
    return replace(each, state=KeyState.RETIRING, retired_at=at) if each.kid == old else each


def test_an_algorithm_without_keys_gets_an_active_one() -> None:
    """The first start, and the first client registered for EdDSA."""
    assert due([], ["RS256", "ES256"], PLAN, START) == [
        MakeKey(alg="RS256", state=KeyState.ACTIVE),
        MakeKey(alg="ES256", state=KeyState.ACTIVE),
    ]
    assert due([key("a", KeyState.ACTIVE)], ["ES256", "EdDSA"], PLAN, START) == [
        MakeKey(alg="EdDSA", state=KeyState.ACTIVE)
    ]


@pytest.mark.parametrize(("days", "made"), [(0, False), (88.9, False), (89, True), (400, True)])
def test_the_next_key_is_made_before_it_is_needed(days: float, made: bool) -> None:  # noqa: FBT001 - a table
    """O-50: 90 days of use, the successor published one day before their end."""
    steps = due([key("a", KeyState.ACTIVE)], ["ES256"], PLAN, START + days * DAY)
    assert steps == ([MakeKey(alg="ES256", state=KeyState.NEXT)] if made else [])


@pytest.mark.parametrize(("hours", "activated"), [(0, False), (23, False), (24, True), (999, True)])
def test_a_next_key_signs_once_it_has_been_published_long_enough(hours: int, activated: bool) -> None:  # noqa: FBT001
    """Core 10.1.1."""
    keys = [key("old", KeyState.ACTIVE, START - 90 * DAY), key("new", KeyState.NEXT)]
    steps = due(keys, ["ES256"], PLAN, START + timedelta(hours=hours))
    assert steps == ([ActivateKey(kid="new", retires="old")] if activated else [])


def test_a_next_key_signs_at_once_where_none_is_active() -> None:
    assert due([key("new", KeyState.NEXT)], ["ES256"], PLAN, START) == [ActivateKey(kid="new", retires=None)]


@pytest.mark.parametrize(("minutes", "forgotten"), [(0, False), (14, False), (15, True)])
def test_a_retired_key_stays_until_its_longest_token_and_the_skew_are_over(minutes: int, forgotten: bool) -> None:  # noqa: FBT001
    """O-50: ten minutes of token, five of skew; also for algorithms that nobody wants any more."""
    steps = due([key("old", KeyState.RETIRING)], [], PLAN, START + timedelta(minutes=minutes))
    assert steps == ([ForgetKey(kid="old")] if forgotten else [])


def test_an_algorithm_that_nobody_wants_is_left_as_it_is() -> None:
    assert due([key("a", KeyState.ACTIVE), key("g", KeyState.GONE)], [], PLAN, START + 900 * DAY) == []


def test_a_rotation_by_command_publishes_first_and_signs_later() -> None:
    """`idp keys rotate`: the schedule finishes what the admin began."""
    keys = [key("old", KeyState.ACTIVE)]
    steps = rotate(keys, "ES256", PLAN, START)
    assert steps == [MakeKey(alg="ES256", state=KeyState.NEXT)]
    keys = carry_out(keys, steps, START)
    assert rotate(keys, "ES256", PLAN, START + DAY / 2) == []
    assert rotate(keys, "ES256", PLAN, START + DAY) == due(keys, ["ES256"], PLAN, START + DAY)
    assert due(keys, ["ES256"], PLAN, START + DAY) == [ActivateKey(kid="ES256 1", retires="old")]
    assert rotate([], "ES256", PLAN, START) == [MakeKey(alg="ES256", state=KeyState.ACTIVE)]


def test_a_rotation_at_once_asks_for_a_key_and_then_activates_it() -> None:
    """After a theft: no waiting for caches."""
    keys = [key("stolen", KeyState.ACTIVE)]
    for expected in (
        MakeKey(alg="ES256", state=KeyState.NEXT),
        ActivateKey(kid="ES256 1", retires="stolen"),
    ):
        steps = rotate_at_once(keys, "ES256")
        assert steps == [expected]
        keys = carry_out(keys, steps, START)
    assert rotate_at_once([], "ES256") == [MakeKey(alg="ES256", state=KeyState.ACTIVE)]


@given(
    st.lists(
        st.tuples(st.integers(min_value=1, max_value=40 * 24), st.sampled_from(["due", "rotate", "EdDSA"])),
        min_size=1,
        max_size=60,
    )
)
def test_every_history_keeps_the_promises(history: list[tuple[int, str]]) -> None:
    """O-50 and Core 10.1.1, whatever is asked and when.

    At most one next and one active key per algorithm; no key signs before it was published long enough, the very first
    excepted; none is forgotten while a token of it may live; what is due, once done, is not due again.
    """
    keys, at, wanted = list[PublishedKey](), START, list[Algorithm](["ES256", "RS256"])
    for hours, what in history:
        at += timedelta(hours=hours)
        if what == "EdDSA" and "EdDSA" not in wanted:
            wanted.append("EdDSA")
        steps = rotate(keys, "ES256", PLAN, at) if what == "rotate" else due(keys, wanted, PLAN, at)
        _check(keys, steps, at)
        keys = carry_out(keys, steps, at)
        assert what == "rotate" or due(keys, wanted, PLAN, at) == []
        for alg in wanted if what != "rotate" else ():
            states = [each.state for each in keys if each.alg == alg]
            assert states.count(KeyState.ACTIVE) == 1
            assert states.count(KeyState.NEXT) <= 1


def _check(keys: list[PublishedKey], steps: list[Transition], at: datetime) -> None:
    by_kid = {each.kid: each for each in keys}
    for step in steps:
        if isinstance(step, ActivateKey):
            assert step.retires is not None
            assert at - by_kid[step.kid].created_at >= PLAN.publish_ahead
        if isinstance(step, ForgetKey):
            retired = by_kid[step.kid].retired_at
            assert retired is not None
            assert at - retired >= PLAN.longest_token + PLAN.skew
