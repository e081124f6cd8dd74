"""Whether a person may do without a second factor, judged as if there were none. Pure."""

from dataclasses import replace
from datetime import datetime

from idp.authenticators.methods import Level
from idp.policy.account import Account
from idp.policy.requirement import Reason, requirement
from idp.policy.rules import Rules
from idp.values.ids import ClientId


def demanded_by(rules: Rules, account: Account, client: ClientId, at: datetime) -> Reason | None:
    """The first place that asks for a second factor whatever is enrolled; None where nobody does."""
    without = replace(account, apps=0, keys=0, suspended=0)
    needed = requirement(rules, without, client, asked=None, fresh_since=None, at=at)
    if needed.level < Level.TWO:
        return None
    return next(reason for reason in needed.reasons if reason.effect == "decides")
