"""What a newly bound factor does to those that are there."""

from dataclasses import replace
from uuid import UUID

from idp.authenticators.methods import Method
from idp.login.binding import Binding, binding
from idp.login.facts import Facts
from idp.login.gathering import Known, gathered
from idp.login.purpose import PortalVisit
from idp.login.steps import Enrol, ReplaceApp
from idp.policy.account import Account
from idp.policy.rules import Rules
from idp.values.ids import AuthenticatorId
from tests.drivers import facts as drawn
from tests.drivers.facts import ARRIVED, AT, evidence

PHONE = AuthenticatorId(UUID(int=7))
ADD = PortalVisit(return_to="/account/two-factor", max_age=600, task="add_app", name="work phone")
REPLACE = replace(ADD, task="set_up_app", name="", replaces=PHONE)
ONE = replace(drawn.account(), apps=1, codes_saved=True, codes_left=7)
TWO = replace(ONE, keys=1)
NONE = replace(ONE, apps=0, codes_saved=False, codes_left=0)
RECOVERED = frozenset({Method.PASSWORD, Method.RECOVERY_CODE})


def seen(visit: PortalVisit, account: Account, *proved: Method) -> Facts[PortalVisit]:
    known = Known(
        purpose=visit,
        rules=Rules(version=1),
        aliases={},
        expected=None,
        arrived_at=ARRIVED,
        account=account,
        session=None,
        own=evidence(*(proved or (Method.PASSWORD, Method.APP_CODE))),
    )
    return gathered(known, AT)


def bound(visit: PortalVisit, account: Account, *proved: Method) -> Binding:
    return binding(seen(visit, account, *proved), account, Enrol(ways=("app",)))


def test_the_first_one_comes_with_codes() -> None:
    first = Binding(retired=(), keeps_codes=False, further=False)
    assert bound(replace(ADD, task="set_up_app", name=""), NONE) == first
    elsewhere: Facts[object] = seen(ADD, NONE)
    assert binding(replace(elsewhere, purpose="an app's request"), NONE, Enrol()) == first


def test_a_further_one_leaves_everything() -> None:
    assert bound(ADD, ONE) == Binding(retired=(), keeps_codes=True, further=True, name="work phone")


def test_codes_that_nobody_saved_or_that_are_used_up_are_made_anew() -> None:
    assert not bound(ADD, replace(ONE, codes_saved=False)).keeps_codes
    assert not bound(ADD, replace(ONE, codes_left=0)).keeps_codes
    assert not bound(ADD, ONE, *RECOVERED).keeps_codes


def test_the_only_one_is_replaced_with_its_codes_and_one_of_several_alone() -> None:
    assert bound(REPLACE, ONE) == Binding(retired=(PHONE,), keeps_codes=False, further=False)
    assert bound(REPLACE, TWO) == Binding(retired=(PHONE,), keeps_codes=True, further=False)


def test_after_a_recovery_code_every_app_goes() -> None:
    """SP 800-63B 4.2.1.1: the saved codes have served their purpose."""
    anew = Binding(retired=None, keeps_codes=False, further=False)
    assert binding(seen(ADD, TWO, *RECOVERED), TWO, ReplaceApp(codes_left=6)) == anew
