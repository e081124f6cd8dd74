"""Who insists on a second factor, judged as if none were there."""

from dataclasses import replace

from idp.authenticators.methods import Level
from idp.login.purpose import ACCOUNT
from idp.policy.keeping import demanded_by, demanding, level_kept
from idp.policy.rules import Rule, Rules
from tests.drivers.facts import AT, STAFF, account

REQUIRED, IF_ENROLLED = Rule(level=Level.TWO), Rule(level=None)


def test_an_app_alone_is_no_reason_to_keep_it() -> None:
    assert demanded_by(Rules(version=1), account(), ACCOUNT, AT) is None
    assert demanded_by(Rules(version=1, server=IF_ENROLLED), account(), ACCOUNT, AT) is None


def test_the_first_place_that_asks_is_named() -> None:
    staff = replace(account(), groups=frozenset({STAFF}))
    rules = Rules(version=1, groups={STAFF: REQUIRED}, group_names={STAFF: "staff"})
    found = demanded_by(rules, staff, ACCOUNT, AT)
    assert found is not None
    assert (found.source, found.name) == ("group", "staff")
    everybody = demanded_by(replace(rules, server=REQUIRED), staff, ACCOUNT, AT)
    assert everybody is not None
    assert everybody.source == "server"


def test_what_is_kept_is_judged_without_what_is_there() -> None:
    staff = replace(account(), groups=frozenset({STAFF}), keys=1)
    rules = Rules(version=1, server=REQUIRED, groups={STAFF: Rule(level=Level.PHISHING_RESISTANT)})
    assert level_kept(rules, staff, ACCOUNT, AT) is Level.PHISHING_RESISTANT
    assert level_kept(rules, account(), ACCOUNT, AT) is Level.TWO
    assert level_kept(Rules(version=1), staff, ACCOUNT, AT) < Level.TWO


def test_all_that_ask_are_named() -> None:
    staff = replace(account(), groups=frozenset({STAFF}))
    rules = Rules(version=1, server=REQUIRED, groups={STAFF: Rule(level=Level.PHISHING_RESISTANT)})
    assert {each.source for each in demanding(rules, staff, ACCOUNT, AT)} == {"server", "group"}
    assert demanding(Rules(version=1, server=IF_ENROLLED), staff, ACCOUNT, AT) == ()
