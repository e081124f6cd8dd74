"""Whether a person may do without a second factor, judged as if there were none. Pure."""

from dataclasses import replace
from datetime import datetime

from idp.authenticators.methods import Level
from idp.policy.account import Account
from idp.policy.requirement import Reason, Requirement, requirement
from idp.policy.rules import Rules
from idp.values.ids import ClientId


def demanded_by(rules: Rules, account: Account, client: ClientId, at: datetime) -> Reason | None:
    """The first place that asks for a second factor whatever is enrolled; None where nobody does."""
    needed = _without(rules, account, client, at)
    if needed.level < Level.TWO:
        return None
    return next(reason for reason in needed.reasons if reason.effect == "decides")


def demanding(rules: Rules, account: Account, client: ClientId, at: datetime) -> tuple[Reason, ...]:
    """Every place that asks for one, whether it decides or another asks for more."""
    return tuple(each for each in _without(rules, account, client, at).reasons if each.effect in {"decides", "weaker"})


def level_kept(rules: Rules, account: Account, client: ClientId, at: datetime) -> Level:
    """What is asked of this person whatever is enrolled."""
    return _without(rules, account, client, at).level


def _without(rules: Rules, account: Account, client: ClientId, at: datetime) -> Requirement:
    nothing = replace(account, apps=0, keys=0, suspended=0)
    return requirement(rules, nothing, client, asked=None, fresh_since=None, at=at)
