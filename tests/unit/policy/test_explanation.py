"""The explanation, sentence by sentence, as `idp policy explain` prints it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idp.authenticators.methods import Level
from idp.policy.account import Account, Exemption
from idp.policy.explanation import sentences, summary
from idp.policy.requirement import Reason, Requirement, requirement
from idp.policy.rules import Rule, Rules
from tests.drivers import facts as drawn
from tests.drivers.facts import AT, OPS, STAFF, WIKI

REQUIRED, IF_ENROLLED = Rule(level=Level.TWO), Rule(level=None)
APPLESS = replace(drawn.account(), apps=0)


def explained(rules: Rules, account: Account, asked: Level | None = None) -> tuple[str, ...]:
    return sentences(requirement(rules, account, WIKI, asked=asked, fresh_since=None, at=AT))


def test_the_default_policy_of_the_server_decides() -> None:
    """Server level required."""
    assert explained(Rules(version=1, server=REQUIRED), APPLESS) == (
        "A second factor is needed (2fa).",
        "server: required 2fa - decides",
        "user alice: no rule - adds nothing",
        "client wiki: no rule - adds nothing",
        "request: asks nothing - adds nothing",
        "enrolled alice: has no second factor - adds nothing",
    )


def test_where_nothing_is_required_the_password_is_enough() -> None:
    rules = Rules(version=1, server=IF_ENROLLED, clients={WIKI: Rule(level=Level.ONE)})
    assert explained(rules, replace(APPLESS, own_rule=Rule(level=None)), Level.ONE) == (
        "The password is enough (1fa).",
        "server: if_enrolled - adds nothing",
        "user alice: if_enrolled - adds nothing",
        "client wiki: required 1fa - adds nothing",
        "request: acr_values asks 1fa - adds nothing",
        "enrolled alice: has no second factor - adds nothing",
    )


def test_an_exemption_lifts_and_the_client_decides_all_the_same() -> None:
    """Never what a client or the request asks."""
    exempt = replace(
        APPLESS,
        groups=frozenset({STAFF, OPS}),
        own_rule=Rule(level=Level.TWO),
        exemption=Exemption(until=datetime(2031, 12, 31, 23, 59, tzinfo=UTC), reason="kiosk in the lobby"),
    )
    rules = Rules(
        version=1,
        server=REQUIRED,
        clients={WIKI: REQUIRED},
        groups={STAFF: REQUIRED, OPS: IF_ENROLLED},
        group_names={STAFF: "staff"},
    )
    assert explained(rules, exempt, Level.TWO) == (
        "A second factor is needed (2fa).",
        "server: required 2fa - lifted by the exemption",
        "group staff: required 2fa - lifted by the exemption",
        "group 00000000-0000-0000-0000-00000000000c: if_enrolled - adds nothing",
        "user alice: required 2fa - lifted by the exemption",
        "client wiki: required 2fa - decides",
        "request: acr_values asks 2fa - decides",
        "enrolled alice: has no second factor - adds nothing",
        "exempt until 2031-12-31 23:59 UTC: kiosk in the lobby",
    )


def test_an_enrolled_factor_is_always_asked() -> None:
    """A-19."""
    assert explained(Rules(version=1), drawn.account()) == (
        "A second factor is needed (2fa).",
        "server: no rule - adds nothing",
        "user alice: no rule - adds nothing",
        "client wiki: no rule - adds nothing",
        "request: asks nothing - adds nothing",
        "enrolled alice: has a second factor, which is always asked - decides",
    )


def test_what_asks_for_less_than_the_level_reached_says_so() -> None:
    reason = Reason(source="server", name="", effect="weaker", words="required 2fa")
    stronger = Requirement(level=Level.TWO, wanted=Level.TWO, fresh_since=None, reasons=(reason,))
    assert sentences(stronger)[1:] == ("server: required 2fa - asks less than what decides",)


@pytest.mark.parametrize(
    ("level", "sentence"),
    [(Level.ONE, "The password is enough (1fa)."), (Level.TWO, "A second factor is needed (2fa).")],
)
def test_the_summary_is_one_sentence(level: Level, sentence: str) -> None:
    assert summary(Requirement(level=level, wanted=level, fresh_since=None, reasons=())) == sentence


@pytest.mark.parametrize(
    ("rule", "words"),
    [(IF_ENROLLED, "if_enrolled"), (REQUIRED, "required 2fa"), (Rule(level=Level.ONE), "required 1fa")],
)
def test_a_rule_is_spelt_as_the_command_line_spells_it(rule: Rule, words: str) -> None:
    assert rule.words == words
