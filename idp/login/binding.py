"""What a newly bound factor does to those that the person has: which apps it retires, and whether their codes stay."""

from dataclasses import dataclass

from idp.authenticators.methods import Method
from idp.login.facts import Facts
from idp.login.purpose import PortalVisit
from idp.login.steps import Enrol, ReplaceApp
from idp.policy.account import Account
from idp.values.ids import AuthenticatorId


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Decided from the facts at whose version it is stored."""

    retired: tuple[AuthenticatorId, ...] | None
    """Apps; None: every app, those reported as lost too."""
    keeps_codes: bool
    """Whether the recovery codes at hand stay good; otherwise a new set takes their place."""
    further: bool
    """Beside what is there."""
    name: str = ""


def binding(facts: Facts[object], account: Account, step: Enrol | ReplaceApp) -> Binding:
    """After a recovery code everything is made anew; otherwise what was not named stays."""
    if isinstance(step, ReplaceApp):
        return Binding(retired=None, keeps_codes=False, further=False)
    visit = facts.purpose if isinstance(facts.purpose, PortalVisit) else None
    replaced = (visit.replaces,) if visit and visit.replaces else ()
    others = account.factors - len(replaced)
    saved = account.codes_saved and account.codes_left > 0 and Method.RECOVERY_CODE not in facts.proved_here
    return Binding(
        retired=replaced,
        keeps_codes=saved and others > 0,
        further=others > 0 and not replaced,
        name=visit.name if visit else "",
    )
