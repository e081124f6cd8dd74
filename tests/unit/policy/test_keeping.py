"""Who insists on a second factor, judged as if none were there."""

from dataclasses import replace

from idp.authenticators.methods import Level
from idp.login.purpose import ACCOUNT
from idp.policy.keeping import demanded_by
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
