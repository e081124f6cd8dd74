"""From rules, one person, one client and one request to a Requirement: a level, and every reason for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from idp.authenticators.methods import Level
from idp.policy.account import Account
from idp.policy.rules import ACR, Rule, Rules
from idp.values.ids import ClientId

Source = Literal["server", "group", "user", "client", "request", "enrolled"]
Effect = Literal["decides", "weaker", "lifted", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line of the explanation: a place that was looked at, and what became of what it asks."""

    source: Source
    name: str
    """The group, user or client; empty for the server and the request."""
    effect: Effect
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Lowers a level with a reason and never becomes a proof."""

    kind: Literal["exempt"]
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What must be proved before a code is issued, and why."""

    level: Level
    fresh_since: datetime | None
    """Only proofs made at or after this instant count; None: any that live."""
    reasons: tuple[Reason, ...]
    waiver: Waiver | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    source: Source
    name: str
    rule: Rule | None
    liftable: bool

    @property
    def level(self) -> Level:
        return self.rule.level or Level.ONE if self.rule else Level.NONE


def requirement(
    rules: Rules,
    account: Account,
    client: ClientId,
    *,
    asked: Level | None,
    fresh_since: datetime | None,
    at: datetime,
) -> Requirement:
    """The strictest of what server, groups, user, client and request ask, and never less than one factor.

    `asked` is the lowest level that the request's acr_values name. A live exemption lifts server, group and user rules,
    but not the client's, nor the request's, nor that an enrolled factor is always asked.
    """
    exemption = account.exemption
    exempt = exemption is not None and at < exemption.until
    asks = tuple(_asks(rules, account, client, asked))
    counted = [ask.level for ask in asks if not (exempt and ask.liftable)]
    level = max(Level.ONE, *counted)
    reasons = tuple(_reason(ask, level, lifted=exempt and ask.liftable) for ask in asks)
    waiver = Waiver(kind="exempt", until=exemption.until, reason=exemption.reason) if exemption and exempt else None
    return Requirement(level=level, fresh_since=fresh_since, reasons=reasons, waiver=waiver)


def _asks(rules: Rules, account: Account, client: ClientId, asked: Level | None) -> Iterator[_Ask]:
    """Every place that may ask something, in the order in which the explanation lists them."""
    yield _Ask(source="server", name="", rule=rules.server, liftable=True)
    for group in sorted(account.groups):
        name = rules.group_names.get(group, str(group))
        yield _Ask(source="group", name=name, rule=rules.groups.get(group), liftable=True)
    yield _Ask(source="user", name=account.username, rule=account.own_rule, liftable=True)
    yield _Ask(source="client", name=client, rule=rules.clients.get(client), liftable=False)
    yield _Ask(source="request", name="", rule=None if asked is None else Rule(level=asked), liftable=False)
    enrolled = Rule(level=Level.TWO) if account.enrolled else None
    yield _Ask(source="enrolled", name=account.username, rule=enrolled, liftable=False)


def _reason(ask: _Ask, level: Level, *, lifted: bool) -> Reason:
    words = ask.rule.words if ask.rule else "no rule"
    if ask.source == "enrolled":
        words = "has an authenticator app, which is always asked" if ask.rule else "has no authenticator app"
    if ask.source == "request":
        words = f"acr_values asks {ACR[ask.level]}" if ask.rule else "asks nothing"
    return Reason(source=ask.source, name=ask.name, effect=_effect(ask, level, lifted=lifted), words=words)


def _effect(ask: _Ask, level: Level, *, lifted: bool) -> Effect:
    if ask.level <= Level.ONE:
        return "nothing"
    if lifted:
        return "lifted"
    return "decides" if ask.level == level else "weaker"
