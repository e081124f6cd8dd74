"""When somebody who may still put a second factor off must have one, and which reminder of it is due. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from idp.authenticators.methods import Level
from idp.policy.account import Account
from idp.policy.requirement import Requirement, requirement
from idp.policy.rules import Rule, Rules
from idp.values.ids import ClientId

STAGES = (1, 3, 14)
"""Days before the end at which a person is reminded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """What somebody was told last."""

    ends_at: datetime
    days: int
    """Which stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Of the latest stage that is reached: who missed the earlier ones is told once."""

    ends_at: datetime
    days: int
    key: bool
    """Whether only a key will do then."""

    def is_news(self, last: Reminded | None, at: datetime) -> bool:
        """Whether it says something new after what was said last.

        An end that was set later meanwhile is told at its own next stage; an earlier one at once.
        """
        if last is None or last.ends_at <= at or self.ends_at < last.ends_at:
            return True
        return self.days < last.days


def reminder(rules: Rules, account: Account, somewhere: ClientId, at: datetime) -> Reminder | None:
    """What is to be said now to that person, if anything: by the rules of everywhere, and of clients they have met.

    `somewhere` is a client that has no rule of its own.
    """
    ends = {found.waiver.until: found for found in _deferred(rules, account, somewhere, at) if found.waiver}
    if not ends:
        return None
    first = min(ends)
    stage = next((days for days in STAGES if first - at <= timedelta(days=days)), None)
    return Reminder(ends_at=first, days=stage, key=ends[first].wanted > Level.TWO) if stage else None


def _deferred(rules: Rules, account: Account, somewhere: ClientId, at: datetime) -> list[Requirement]:
    """Where a grace runs; where somebody asks already, nothing is put off."""
    met = [client for client, rule in rules.clients.items() if _met(rule, account)]
    running, person = _running(rules, account, at), replace(account, own_rule=_kept(account.own_rule, account, at))
    found = [requirement(running, person, client, asked=None, fresh_since=None, at=at) for client in (somewhere, *met)]
    return [each for each in found if each.waiver and each.waiver.kind == "grace"]


def _met(rule: Rule, account: Account) -> bool:
    return rule.id in account.applied


def _running(rules: Rules, account: Account, at: datetime) -> Rules:
    """Without rules whose days begin only with the person's next sign-in: nobody knows their end."""
    groups = {group: kept for group, rule in rules.groups.items() if (kept := _kept(rule, account, at))}
    clients = {client: kept for client, rule in rules.clients.items() if (kept := _kept(rule, account, at))}
    return replace(rules, server=_kept(rules.server, account, at), groups=groups, clients=clients)


def _kept(rule: Rule | None, account: Account, at: datetime) -> Rule | None:
    if rule is None or rule.grace is None or not rule.grace.days or _met(rule, account):
        return rule
    return rule if rule.grace.starts_at is not None and at < rule.grace.starts_at else None
