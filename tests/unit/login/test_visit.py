"""A visit to the portal: what its sign-in asks, beyond that somebody is there, and where it may end."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from idp.authenticators.evidence import Evidence
from idp.authenticators.methods import Level, Method
from idp.login.gathering import NOTHING_TO_ALLOW, Known, gathered
from idp.login.next_step import Ask, Cleared, next_step
from idp.login.purpose import ACCOUNT, RESERVED, PortalVisit, Task
from idp.login.steps import Answer, Enrol, ProveFactor, SaveRecoveryCodes, SignIn, Step
from idp.policy.account import Account
from idp.policy.rules import Rule, Rules
from idp.values.ids import AuthenticatorId, InteractionId
from tests.drivers import facts as drawn
from tests.drivers.facts import ARRIVED, AT, evidence, session

VISIT = PortalVisit(return_to="/account/two-factor")
FRESH = replace(VISIT, max_age=600)
BOTH = evidence(Method.PASSWORD, Method.APP_CODE, at=ARRIVED - timedelta(minutes=11))
NEW = evidence(Method.PASSWORD, Method.APP_CODE)
NOBODY = replace(drawn.account(), apps=0, codes_saved=False, codes_left=0)


def known(
    visit: PortalVisit, own: Evidence | None = None, account: Account | None = None, *answered: Answer
) -> Known[PortalVisit]:
    return Known(
        purpose=visit,
        rules=Rules(version=1),
        aliases={},
        expected=None,
        arrived_at=ARRIVED,
        session=session(BOTH),
        account=account or drawn.account(),
        own=own,
        answered=frozenset(answered),
    )


def asked(known: Known[PortalVisit]) -> Step | None:
    step = next_step(gathered(known, AT))
    assert isinstance(step, Ask | Cleared)
    return step.step if isinstance(step, Ask) else None


def doing(task: Task) -> PortalVisit:
    return replace(FRESH, task=task)


def test_a_session_that_meets_the_policy_is_shown_the_portal() -> None:
    """Nothing is asked, no consent either: nobody else hears of anything."""
    cleared = next_step(gathered(known(VISIT), AT))
    assert isinstance(cleared, Cleared)
    assert cleared.facts.consent == NOTHING_TO_ALLOW
    assert not cleared.facts.silent
    assert not cleared.facts.unreachable
    assert not cleared.facts.choose_account


def test_the_portal_is_a_client_to_the_policy() -> None:
    rules = Rules(version=1, clients={ACCOUNT: Rule(level=Level.TWO)})
    assert asked(replace(known(VISIT, account=NOBODY), rules=rules)) == Enrol()
    assert asked(known(VISIT, account=NOBODY)) is None
    assert ACCOUNT in RESERVED


def test_a_change_asks_for_every_proof_that_the_account_has() -> None:
    """V7.5.1: the session's are eleven minutes old."""
    assert asked(known(FRESH)) == SignIn(again=True)
    assert asked(known(FRESH, evidence(Method.PASSWORD))) == ProveFactor(recovery=True, codes_left=10)
    assert asked(known(FRESH, NEW)) is None


def test_who_came_to_set_up_an_app_does_so_after_the_proofs() -> None:
    """N-26: never with the password alone where there is an app."""
    visit = doing("set_up_app")
    assert asked(known(visit)) == SignIn(again=True)
    assert asked(known(visit, evidence(Method.PASSWORD))) == ProveFactor(recovery=True, codes_left=10)
    assert asked(known(visit, NEW)) == Enrol(ways=("app",))
    assert asked(known(visit, evidence(Method.PASSWORD), NOBODY)) == Enrol(ways=("app",))
    lost = evidence(Method.PASSWORD, Method.RECOVERY_CODE)
    assert asked(known(visit, lost)) == Enrol(ways=("app",))


def test_once_it_is_set_up_its_codes_are_saved_and_that_is_all() -> None:
    visit, unsaved = doing("set_up_app"), replace(drawn.account(), codes_saved=False)
    assert asked(known(visit, NEW, unsaved, Answer.RECOVERY_USED)) == SaveRecoveryCodes()
    assert asked(known(visit, NEW, None, Answer.RECOVERY_USED)) is None


def test_new_codes_are_shown_to_whoever_proved_both_factors() -> None:
    """N-24."""
    visit = doing("new_recovery_codes")
    assert asked(known(visit, evidence(Method.PASSWORD))) == ProveFactor(recovery=True, codes_left=10)
    assert asked(known(visit, NEW)) == SaveRecoveryCodes()
    assert asked(known(visit, NEW, None, Answer.CODES_SAVED)) is None
    assert asked(known(visit, evidence(Method.PASSWORD), NOBODY)) is None


@pytest.mark.parametrize(
    "path", ["/accounts", "/logout", "//evil.example", "https://evil.example/account", "/account/"]
)
def test_a_visit_ends_in_the_portal(path: str) -> None:
    with pytest.raises(ValueError, match="portal"):
        PortalVisit(return_to=path)


def test_what_changes_an_account_needs_a_fresh_proof() -> None:
    with pytest.raises(ValueError, match="fresh"):
        PortalVisit(return_to="/account", task="set_up_app")


def test_what_is_stored_is_what_is_restored() -> None:
    replacing = replace(doing("set_up_app"), name="work phone", replaces=AuthenticatorId(UUID(int=7)))
    for visit in (VISIT, FRESH, doing("set_up_app"), replacing):
        assert PortalVisit.restored(visit.stored()) == visit


def test_a_sign_in_ends_where_what_was_typed_waits() -> None:
    """It names itself there, and only where something was kept."""
    interaction = InteractionId(UUID(int=5))
    visit = PortalVisit(return_to="/account/password")
    assert visit.address(interaction) == "/account/password"
    assert replace(visit, form_kept=True).address(interaction) == f"/account/password?kept={interaction}"
