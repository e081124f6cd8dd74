"""Remembered browsers: what they spare, who may have them, and all that they never stand in for (N-41, A-19)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from idp.authenticators.methods import Level, Method
from idp.login.facts import Identity
from idp.policy.account import Account, Exemption
from idp.policy.explanation import sentences
from idp.policy.remembered import Remembered
from idp.policy.requirement import Requirement, requirement
from idp.policy.rules import Grace, Rule, Rules
from idp.values.ids import RememberedId
from tests.drivers import facts as drawn
from tests.drivers.facts import AT, OPS, SHOP, STAFF, TICK, WIKI, evidence

DAY = timedelta(days=1)
REMEMBER = Rule(level=None, remember_days=30)
SHORTER = Rule(level=None, remember_days=7)
SILENT = Rule(level=None)
REQUIRED = Rule(level=Level.TWO)
LATER = Rule(level=Level.PHISHING_RESISTANT, grace=Grace(starts_at=AT + DAY))
BROWSER = Remembered(id=RememberedId(UUID(int=9)), since=AT - 3 * DAY, until=AT + 27 * DAY)
ALICE = replace(drawn.account(), groups=frozenset({STAFF}), remembered=BROWSER)
RULES = Rules(version=1, server=REMEMBER)


def needed(rules: Rules = RULES, account: Account = ALICE, **asked: Any) -> Requirement:  # noqa: ANN401
    given_values = {"asked": None, "fresh_since": None, "at": AT, **asked}
    return requirement(rules, account, WIKI, **given_values)


def test_the_factor_is_not_asked_in_a_browser_that_is_remembered() -> None:
    """One factor, and the requirement says why."""
    result = needed()
    assert (result.level, result.wanted, result.remember_days) == (Level.ONE, Level.ONE, 30)
    assert result.waiver is not None
    assert (result.waiver.kind, result.waiver.until, result.waiver.browser) == ("remembered", BROWSER.until, BROWSER.id)
    assert [each.source for each in result.reasons if each.effect == "spared"] == ["enrolled"]


def test_in_any_other_browser_it_is_asked_and_may_be_remembered() -> None:
    result = needed(account=replace(ALICE, remembered=None))
    assert (result.level, result.waiver, result.remember_days) == (Level.TWO, None, 30)


def test_it_is_off_unless_a_rule_says_so() -> None:
    for rules in (Rules(version=1), Rules(version=1, server=SILENT)):
        result = needed(rules)
        assert (result.level, result.remember_days) == (Level.TWO, 0)


@pytest.mark.parametrize("rule", [REQUIRED, LATER, SILENT, Rule(level=Level.ONE)], ids=lambda rule: rule.words)
def test_any_place_that_asks_for_more_or_says_nothing_of_it_ends_it(rule: Rule) -> None:
    """N-41: only where the rule in force is if_enrolled; also where one is deferred, or lifted by an exemption."""
    exempt = replace(ALICE, exemption=Exemption(until=AT + DAY, reason="kiosk"))
    strict = [
        replace(RULES, server=rule),
        replace(RULES, groups={STAFF: rule}),
        replace(RULES, clients={WIKI: rule}),
    ]
    for account in (ALICE, exempt):
        assert all(needed(rules, account).level >= Level.TWO for rules in strict)
        assert all(needed(rules, account).remember_days == 0 for rules in strict)
        assert needed(account=replace(account, own_rule=rule)).level >= Level.TWO


def test_rules_of_others_say_nothing() -> None:
    assert needed(replace(RULES, clients={SHOP: REQUIRED}, groups={OPS: REQUIRED})).level == Level.ONE


def test_the_fewest_days_count_at_once_and_more_do_not_count_later() -> None:
    shorter = replace(RULES, groups={STAFF: SHORTER})
    assert needed(shorter).remember_days == 7
    for days, at, level in [
        (7, BROWSER.since + 7 * DAY - TICK, Level.ONE),
        (7, BROWSER.since + 7 * DAY, Level.TWO),
        (90, BROWSER.until - TICK, Level.ONE),
        (90, BROWSER.until, Level.TWO),
    ]:
        rules = replace(RULES, server=Rule(level=None, remember_days=days))
        assert needed(rules, at=at).level == level
        assert (needed(rules, at=at).waiver is not None) == (level == Level.ONE)


def test_not_before_it_was_remembered() -> None:
    """A clock that was set back prolongs nothing."""
    assert needed(at=BROWSER.since).level == Level.ONE
    assert needed(at=BROWSER.since - TICK).level == Level.TWO


@pytest.mark.parametrize(
    "asked",
    [
        {"asked": Level.ONE},
        {"asked": Level.TWO},
        {"asked": Level.PHISHING_RESISTANT},
        {"fresh_since": AT - 100 * DAY},
        {"fresh_since": AT},
    ],
    ids=str,
)
def test_a_request_that_asks_anything_is_not_spared(asked: dict[str, Any]) -> None:
    """N-41, never for acr_values, max_age, prompt=login."""
    result = needed(**asked)
    assert result.level >= Level.TWO
    assert (result.waiver, result.remember_days) == (None, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"apps": 0},
        {"password_long_enough_alone": False},
        {"password_change_demanded": "compromised"},
        {"password_change_demanded": "set_by_other"},
        {"codes_saved": False},
        {"codes_left": 0},
    ],
    ids=str,
)
def test_a_password_that_cannot_stand_alone_opens_nothing(changed: dict[str, Any]) -> None:
    """SP 800-63B-4 3.1.1.2; and codes that are to be saved are shown to nobody by a password alone."""
    account = replace(ALICE, **changed)
    result = needed(account=account)
    assert result.level == (Level.TWO if account.enrolled else Level.ONE)
    assert result.waiver is None


def test_a_grant_names_the_browser_only_where_no_factor_was_shown() -> None:
    """Two factors in the session need no waiver."""
    one = Identity(account=ALICE, evidence=evidence(Method.PASSWORD), requirement=needed())
    two = replace(one, evidence=evidence(Method.PASSWORD, Method.APP_CODE))
    asked = replace(one, requirement=needed(Rules(version=1)))
    assert [each.spared_in for each in (one, two, asked)] == [BROWSER.id, None, None]


def test_the_explanation_says_it() -> None:
    first, *rest = sentences(needed())
    assert first == "The password is enough (1fa)."
    assert "server: if_enrolled, browsers remembered for 30 days - adds nothing" in rest
    assert "enrolled alice: has a second factor, which is always asked - not asked in this remembered browser" in rest
    assert rest[-2:] == [
        "a browser may be remembered for 30 days: no factor is asked there meanwhile",
        f"remembered until {BROWSER.until:%Y-%m-%d %H:%M} UTC: until then the password is enough in this browser",
    ]


@given(drawn.rule_sets(), drawn.accounts())
def test_it_never_lowers_what_anybody_requires(rules: Rules, account: Account) -> None:
    """Only the asking of an enrolled factor, and only to one factor."""
    with_it, without = needed(rules, account), needed(rules, replace(account, remembered=None))
    assert with_it.level in {without.level, Level.ONE}
    if with_it.level != without.level:
        assert without.level == Level.TWO
        assert with_it.waiver is not None
        assert with_it.waiver.kind == "remembered"
        assert all(each.effect in {"nothing", "spared"} for each in with_it.reasons)
