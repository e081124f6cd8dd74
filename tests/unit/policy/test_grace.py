"""Rules that leave time: until when, for whom, and what they say meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from idp.authenticators.methods import Level
from idp.policy.account import Account, Exemption
from idp.policy.explanation import sentences
from idp.policy.keeping import demanded_by
from idp.policy.requirement import Requirement, requirement
from idp.policy.rules import Grace, Rule, RuleId, Rules
from tests.drivers import facts as drawn
from tests.drivers.facts import AT, STAFF, TICK, WIKI

ID, OTHER = RuleId(UUID(int=1)), RuleId(UUID(int=2))
DAY = timedelta(days=1)
APPLESS = replace(drawn.account(), apps=0)
REQUIRED = Rule(level=Level.TWO)
WEEK = Rule(level=Level.TWO, grace=Grace(days=7), id=ID)


def needed(rules: Rules, account: Account = APPLESS, asked: Level | None = None) -> Requirement:
    return requirement(rules, account, WIKI, asked=asked, fresh_since=None, at=AT)


def starting(at: datetime) -> Rule:
    return Rule(level=Level.TWO, grace=Grace(starts_at=at), id=ID)


@pytest.mark.parametrize(
    ("grace", "applied_at", "end"),
    [
        (Grace(starts_at=AT + DAY), AT, AT + DAY),
        (Grace(starts_at=AT - DAY), AT, AT),
        (Grace(days=7), AT, AT + 7 * DAY),
        (Grace(days=7), AT - 3 * DAY, AT + 4 * DAY),
        (Grace(starts_at=AT + DAY, days=7), AT, AT + 8 * DAY),
        (Grace(starts_at=AT - DAY, days=7), AT, AT + 7 * DAY),
    ],
)
def test_the_days_run_from_the_first_time_and_not_before_the_date(
    grace: Grace, applied_at: datetime, end: datetime
) -> None:
    assert grace.ends(applied_at) == end


@pytest.mark.parametrize("place", ["server", "group", "user", "client"])
def test_until_then_the_password_is_enough_wherever_the_rule_stands(place: str) -> None:
    """`wanted` says what is coming; the waiver, until when it waits."""
    account = replace(APPLESS, groups=frozenset({STAFF}), own_rule=WEEK if place == "user" else None)
    rules = Rules(
        version=1,
        server=WEEK if place == "server" else None,
        groups={STAFF: WEEK} if place == "group" else {},
        clients={WIKI: WEEK} if place == "client" else {},
    )
    found = needed(rules, account)
    assert (found.level, found.wanted) == (Level.ONE, Level.TWO)
    assert found.waiver is not None
    assert (found.waiver.kind, found.waiver.until) == ("grace", AT + 7 * DAY)
    assert [(each.source, each.until) for each in found.reasons if each.effect == "deferred"] == [(place, AT + 7 * DAY)]
    assert found.first_applied == {ID}


@pytest.mark.parametrize(("until", "level"), [(AT + TICK, Level.ONE), (AT, Level.TWO), (AT - DAY, Level.TWO)])
def test_it_counts_from_its_instant_on(until: datetime, level: Level) -> None:
    found = needed(Rules(version=1, server=starting(until)))
    assert (found.level, found.wanted, found.waiver is None) == (level, Level.TWO, level is Level.TWO)
    assert found.first_applied == frozenset()


@pytest.mark.parametrize(
    ("applied_at", "level"), [(AT - 7 * DAY, Level.TWO), (AT - 7 * DAY + TICK, Level.ONE), (AT, Level.ONE)]
)
def test_the_first_time_that_is_remembered_is_what_counts(applied_at: datetime, level: Level) -> None:
    found = needed(Rules(version=1, server=WEEK), replace(APPLESS, applied={ID: applied_at, OTHER: AT - 90 * DAY}))
    assert found.level == level
    assert found.first_applied == frozenset()


def test_a_rule_that_is_stored_nowhere_begins_now() -> None:
    found = needed(Rules(version=1, server=replace(WEEK, id=None)))
    assert (found.level, found.first_applied) == (Level.ONE, frozenset())


@pytest.mark.parametrize("account", [replace(APPLESS, apps=1), replace(APPLESS, had_factor=True)])
def test_whoever_has_or_had_a_factor_is_left_no_time(account: Account) -> None:
    """A reset does not open the account to a password alone, and what is enrolled cannot be turned off."""
    found = needed(Rules(version=1, server=WEEK), account)
    assert (found.level, found.waiver, found.first_applied) == (Level.TWO, None, frozenset())


def test_a_factor_that_policy_will_want_cannot_be_turned_off_meanwhile() -> None:
    reason = demanded_by(Rules(version=1, server=WEEK), replace(APPLESS, apps=1, had_factor=True), WIKI, AT)
    assert reason is not None
    assert reason.source == "server"


def test_one_rule_waits_for_itself_alone() -> None:
    """Neither a client's rule without grace, nor the request, is lifted by the server's; the first end counts."""
    for rules, asked in (
        (Rules(version=1, server=WEEK, clients={WIKI: REQUIRED}), None),
        (Rules(version=1, server=WEEK), Level.TWO),
    ):
        found = needed(rules, asked=asked)
        assert (found.level, found.waiver) == (Level.TWO, None)
    both = needed(Rules(version=1, server=WEEK, clients={WIKI: replace(starting(AT + DAY), id=OTHER)}))
    assert both.waiver is not None
    assert both.waiver.until == AT + DAY
    assert both.first_applied == {ID, OTHER}


def test_what_an_exemption_lifts_is_neither_offered_nor_remembered() -> None:
    exempt = replace(APPLESS, exemption=Exemption(until=AT + DAY, reason="kiosk"))
    found = needed(Rules(version=1, server=WEEK), exempt)
    assert (found.level, found.wanted, found.first_applied) == (Level.ONE, Level.ONE, frozenset())
    assert found.waiver is not None
    assert found.waiver.kind == "exempt"


def test_grace_on_a_rule_that_asks_for_nothing_more_changes_nothing() -> None:
    found = needed(Rules(version=1, server=Rule(level=Level.ONE, grace=Grace(days=7), id=ID)))
    assert (found.level, found.wanted, found.waiver) == (Level.ONE, Level.ONE, None)


def test_the_explanation_says_until_when() -> None:
    may = datetime(2031, 5, 12, tzinfo=UTC)
    assert sentences(needed(Rules(version=1, server=starting(may)))) == (
        "The password is enough (1fa) until 2031-05-12 00:00 UTC.",
        "server: required 2fa from 2031-05-12 00:00 UTC - counts from 2031-05-12 00:00 UTC on",
        "user alice: no rule - adds nothing",
        "client wiki: no rule - adds nothing",
        "request: asks nothing - adds nothing",
        "enrolled alice: has no second factor - adds nothing",
        "grace until 2031-05-12 00:00 UTC: until then setting up a second factor is offered and may be put off",
    )


def test_a_rule_says_how_much_time_it_leaves() -> None:
    assert WEEK.words == "required 2fa with 7 days of grace"
    both = Grace(starts_at=datetime(2031, 5, 12, tzinfo=UTC), days=3)
    assert replace(WEEK, grace=both).words == "required 2fa from 2031-05-12 00:00 UTC with 3 days of grace"
