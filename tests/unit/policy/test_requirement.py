"""The requirement: the strictest of what five places and an enrolled factor ask, held against an oracle of its own."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authenticators.methods import Level, Method
from idp.login.facts import ConsentFacts, Facts, Identity
from idp.login.next_step import Ask, Cleared, next_step
from idp.login.steps import Enrol, ProveFactor
from idp.policy.account import Account, Exemption
from idp.policy.requirement import Requirement, requirement
from idp.policy.rules import Rule, Rules
from tests.drivers import facts as drawn
from tests.drivers.facts import AT, OPS, SHOP, STAFF, TICK, WIKI, evidence

REQUIRED = Rule(level=Level.TWO)
KEY_REQUIRED = Rule(level=Level.PHISHING_RESISTANT)
LIVE, EXPIRED = Exemption(until=AT + TICK, reason="kiosk"), Exemption(until=AT, reason="kiosk")
PLACES = ("server", "group", "user", "client")
YES_OR_NO = (False, True)


def person(*, enrolled: bool = False, exemption: Exemption | None = None, own: Rule | None = None) -> Account:
    return replace(
        drawn.account(), apps=int(enrolled), exemption=exemption, own_rule=own, groups=frozenset({STAFF, OPS})
    )


def needed(rules: Rules, account: Account, *, asked: Level | None = None) -> Requirement:
    return requirement(rules, account, WIKI, asked=asked, fresh_since=None, at=AT)


def situation(
    required: frozenset[str], otherwise: Rule | None, exemption: Exemption | None, *, enrolled: bool
) -> tuple[Rules, Account]:
    """The places named require a second factor; the others have the rule `otherwise`."""
    at = {place: REQUIRED if place in required else otherwise for place in PLACES}
    rules = Rules(
        version=1,
        server=at["server"],
        groups={OPS: at["group"]} if at["group"] else {},
        clients={WIKI: at["client"]} if at["client"] else {},
    )
    return rules, person(enrolled=enrolled, exemption=exemption, own=at["user"])


COMBINATIONS = [
    frozenset(place for place, on in zip(PLACES, chosen, strict=True) if on)
    for chosen in product(YES_OR_NO, repeat=len(PLACES))
]


@pytest.mark.parametrize("required", COMBINATIONS, ids=lambda required: "+".join(sorted(required)) or "nowhere")
@pytest.mark.parametrize("exemption", [None, LIVE, EXPIRED], ids=["not exempt", "exempt", "exemption over"])
def test_the_strictest_place_wins(required: frozenset[str], exemption: Exemption | None) -> None:
    """A-18, all 16 combinations; an exemption lifts server, group and user, not client, request or enrolled factor."""
    for enrolled, asked, otherwise in product(
        YES_OR_NO, (None, Level.ONE, Level.TWO), (None, Rule(level=None), Rule(level=Level.ONE))
    ):
        rules, account = situation(required, otherwise, exemption, enrolled=enrolled)
        speaks = required & {"client"} if exemption is LIVE else required
        two = bool(speaks) or enrolled or asked is Level.TWO
        result = needed(rules, account, asked=asked)
        assert result.level == (Level.TWO if two else Level.ONE)
        assert (result.waiver is not None) == (exemption is LIVE)


@pytest.mark.parametrize("required", COMBINATIONS, ids=lambda required: "+".join(sorted(required)) or "nowhere")
@pytest.mark.parametrize("enrolled", YES_OR_NO, ids=["no factor", "enrolled"])
def test_a_password_alone_opens_only_what_no_place_requires_more_for(
    required: frozenset[str], *, enrolled: bool
) -> None:
    """A-18, A-19, A-21: who has a factor is asked for it all the same, who needs one sets it up."""
    rules, account = situation(required, None, None, enrolled=enrolled)
    identity = Identity(account=account, evidence=evidence(Method.PASSWORD), requirement=needed(rules, account))
    consent = ConsentFacts(asked=(), remembered=frozenset(), first_party=True, each_time=False, forced=False)
    step = next_step(
        Facts(
            purpose=None,
            silent=False,
            unreachable=False,
            choose_account=False,
            expected=None,
            identity=identity,
            proved_here=frozenset(),
            consent=consent,
            answered=frozenset(),
        )
    )
    if enrolled:
        assert step == Ask(step=ProveFactor(recovery=True, codes_left=10))
    elif required:
        assert step == Ask(step=Enrol())
    else:
        assert isinstance(step, Cleared)


def test_one_factor_is_the_least_that_is_ever_asked() -> None:
    assert needed(Rules(version=1), person()).level == Level.ONE


def test_rules_of_other_clients_and_groups_say_nothing() -> None:
    rules = Rules(version=1, clients={SHOP: REQUIRED}, groups={STAFF: REQUIRED})
    stranger = replace(person(), groups=frozenset({OPS}))
    assert needed(rules, stranger).level == Level.ONE
    assert needed(rules, person()).level == Level.TWO


@pytest.mark.parametrize(
    ("until", "live"), [(AT - TICK, False), (AT, False), (AT + TICK, True), (AT + timedelta(days=90), True)]
)
def test_an_exemption_ends_at_its_date(*, until: datetime, live: bool) -> None:
    """Dated, with a reason."""
    account = person(exemption=Exemption(until=until, reason="kiosk in the lobby"))
    result = needed(Rules(version=1, server=REQUIRED), account)
    assert result.level == (Level.ONE if live else Level.TWO)
    if result.waiver is not None:
        assert (result.waiver.kind, result.waiver.until, result.waiver.reason) == (
            "exempt",
            until,
            "kiosk in the lobby",
        )
    assert (result.waiver is not None) == live


def test_an_app_that_is_enrolled_is_a_factor_that_can_be_asked() -> None:
    assert [replace(person(), apps=apps).enrolled for apps in (0, 1, 2)] == [False, True, True]


def test_the_age_is_carried_and_not_judged() -> None:
    result = requirement(Rules(version=1), person(), WIKI, asked=None, fresh_since=AT, at=AT)
    assert result.fresh_since == AT


@given(drawn.rule_sets(), drawn.accounts(), st.sampled_from((None, Level.ONE, Level.TWO)))
def test_a_further_rule_never_lowers_the_level(rules: Rules, account: Account, asked: Level | None) -> None:
    before = needed(rules, account, asked=asked).level
    stricter = [
        replace(rules, server=KEY_REQUIRED),
        replace(rules, clients={**rules.clients, WIKI: KEY_REQUIRED}),
        replace(rules, groups={**rules.groups, STAFF: KEY_REQUIRED}),
    ]
    assert all(needed(more, account, asked=asked).level >= before for more in stricter)
    assert needed(rules, replace(account, own_rule=KEY_REQUIRED), asked=asked).level >= before
    assert needed(rules, replace(account, apps=1, remembered=None), asked=asked).level >= Level.TWO
    assert needed(rules, account, asked=Level.TWO).level >= Level.TWO
    assert needed(rules, account, asked=Level.PHISHING_RESISTANT).level == Level.PHISHING_RESISTANT


@given(drawn.rule_sets(), drawn.accounts(), st.sampled_from((None, Level.ONE, Level.TWO)))
def test_every_place_is_named_once_and_what_decides_explains_the_level(
    rules: Rules, account: Account, asked: Level | None
) -> None:
    """The function that decides is the function that explains."""
    result = needed(rules, account, asked=asked)
    groups = ["group"] * len(account.groups)
    assert [reason.source for reason in result.reasons] == ["server", *groups, "user", "client", "request", "enrolled"]
    effects = {reason.effect for reason in result.reasons}
    waits_with_the_old_one = "deferred" in effects and account.had_factor and result.level == Level.TWO
    assert ("decides" in effects) == (result.level >= Level.TWO) or waits_with_the_old_one
    lifted = {reason.source for reason in result.reasons if reason.effect == "lifted"}
    assert lifted <= ({"server", "group", "user"} if result.waiver else set())
    assert "weaker" not in effects or result.level == Level.PHISHING_RESISTANT
