"""When a grace ends for somebody, and which reminder of it is news."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from idp.authenticators.methods import Level
from idp.policy.account import Account, Exemption
from idp.policy.deadline import Reminded, Reminder, reminder
from idp.policy.rules import Grace, Rule, RuleId, Rules
from idp.values.ids import ClientId
from tests.drivers import facts as drawn
from tests.drivers.facts import AT, OPS, STAFF, TICK, WIKI

DAY = timedelta(days=1)
HERE = ClientId("account")
ID, OTHER = RuleId(UUID(int=1)), RuleId(UUID(int=2))
BARE = replace(drawn.account(), apps=0, groups=frozenset({STAFF}))
WEEK = Rule(level=Level.TWO, grace=Grace(days=7), id=ID)
MET = replace(BARE, applied={ID: AT})


def on(until: float, level: Level = Level.TWO, *, days: int = 0) -> Rule:
    return Rule(level=level, grace=Grace(starts_at=AT + until * DAY, days=days), id=ID)


def said(rules: Rules, account: Account = BARE) -> Reminder | None:
    return reminder(rules, account, HERE, AT)


@pytest.mark.parametrize(
    ("days", "stage"),
    [(30, None), (14.01, None), (14, 14), (4, 14), (3.01, 14), (3, 3), (2, 3), (1.01, 3), (1, 1), (0.01, 1), (0, None)],
)
def test_the_latest_stage_that_is_reached(days: float, stage: int | None) -> None:
    found = said(Rules(version=1, server=on(days)))
    assert (found.days if found else None) == stage
    assert found is None or found.ends_at == AT + days * DAY


def test_wherever_the_rule_stands_and_for_nobody_else() -> None:
    """Server, group and user; a client's only for who has met it."""
    rule = on(2)
    assert said(Rules(version=1, groups={STAFF: rule})) is not None
    assert said(Rules(version=1, groups={OPS: rule})) is None
    assert said(Rules(version=1), replace(BARE, own_rule=rule)) is not None
    assert said(Rules(version=1, clients={WIKI: rule})) is None
    assert said(Rules(version=1, clients={WIKI: rule}), MET) is not None


def test_days_that_have_not_begun_have_no_end() -> None:
    """They begin with the next sign-in; before the date of such a rule its earliest end is known."""
    assert said(Rules(version=1, server=WEEK)) is None
    assert said(Rules(version=1), replace(BARE, own_rule=WEEK)) is None
    assert said(Rules(version=1, groups={STAFF: WEEK})) is None
    assert said(Rules(version=1, server=on(-1, days=7))) is None
    begun = said(Rules(version=1, server=WEEK), MET)
    assert begun is not None
    assert begun.ends_at == AT + 7 * DAY
    dated = said(Rules(version=1, server=on(5, days=7)))
    assert dated is not None
    assert dated.ends_at == AT + 12 * DAY


@pytest.mark.parametrize(
    "account",
    [
        replace(BARE, apps=1),
        replace(BARE, keys=1),
        replace(BARE, had_factor=True),
        replace(BARE, exemption=Exemption(until=AT + 90 * DAY, reason="kiosk")),
    ],
)
def test_who_needs_none_is_not_reminded(account: Account) -> None:
    assert said(Rules(version=1, server=on(2)), account) is None


def test_a_key_is_asked_of_who_has_something_else() -> None:
    rules = Rules(version=1, server=on(2, Level.PHISHING_RESISTANT))
    for account in (BARE, replace(BARE, apps=1)):
        found = said(rules, account)
        assert found is not None
        assert found.key
    plain = said(Rules(version=1, server=on(2)))
    assert plain is not None
    assert not plain.key


def test_where_it_is_required_already_nothing_is_put_off() -> None:
    """The first end counts, and one that is past is no end."""
    strict = Rule(level=Level.TWO)
    assert said(Rules(version=1, server=on(2), groups={STAFF: strict})) is None
    sooner = replace(on(1), id=OTHER)
    found = said(Rules(version=1, server=on(2), groups={STAFF: sooner}))
    assert found is not None
    assert found.ends_at == AT + DAY


@pytest.mark.parametrize(
    ("last", "news"),
    [
        (None, True),
        (Reminded(ends_at=AT + 2 * DAY, days=14), True),
        (Reminded(ends_at=AT + 2 * DAY, days=3), False),
        (Reminded(ends_at=AT + 2 * DAY, days=1), False),
        (Reminded(ends_at=AT + 9 * DAY, days=14), True),
        (Reminded(ends_at=AT + 9 * DAY, days=3), True),
        (Reminded(ends_at=AT + DAY, days=3), False),
        (Reminded(ends_at=AT + DAY, days=14), True),
        (Reminded(ends_at=AT, days=1), True),
        (Reminded(ends_at=AT + TICK, days=1), False),
    ],
)
def test_what_is_news(last: Reminded | None, *, news: bool) -> None:
    """Once per stage; an earlier end at once, a later one at its own next stage, one after an end that is past anew."""
    assert Reminder(ends_at=AT + 2 * DAY, days=3, key=False).is_news(last, AT) is news
