"""From rules, one person, one client and one request to a Requirement: a level, and every reason for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from idp.authenticators.methods import Level
from idp.policy.account import Account
from idp.policy.rules import ACR, Rule, RuleId, Rules
from idp.values.ids import ClientId, RememberedId

Source = Literal["server", "group", "user", "client", "request", "enrolled"]
Effect = Literal["decides", "weaker", "lifted", "deferred", "spared", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line of the explanation: a place that was looked at, and what became of what it asks."""

    source: Source
    name: str
    """The group, user or client; empty for the server and the request."""
    effect: Effect
    words: str
    until: datetime | None = None
    """Of what is deferred: from then on it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Lowers a level with a reason and never becomes a proof."""

    kind: Literal["exempt", "grace", "remembered"]
    until: datetime
    reason: str = ""
    """As an admin gave it."""
    browser: RememberedId | None = None
    """The one that is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What must be proved before a code is issued, and why."""

    level: Level
    wanted: Level
    """What is asked for as soon as every grace has run out; more than `level` only for who never had a factor."""
    fresh_since: datetime | None
    """Only proofs made at or after this instant count; None: any that live."""
    reasons: tuple[Reason, ...]
    waiver: Waiver | None = None
    enrolment_pass: bool = False
    """Whether the first factor is bound only with a pass: an admin demands it, or any rule of server, group or user."""
    first_applied: frozenset[RuleId] = frozenset()
    """Rules that leave time and that this person meets for the first time: remembered, so that the time runs."""
    remember_days: int = 0
    """For how long this browser may be remembered once the factor is shown here; 0: not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    source: Source
    name: str
    rule: Rule | None
    liftable: bool

    @property
    def level(self) -> Level:
        return self.rule.level or Level.ONE if self.rule else Level.NONE

    def deferred_until(self, account: Account, at: datetime) -> datetime | None:
        """The end of its grace, for somebody who never had what it asks; None where it counts already."""
        had = account.keys > 0 if self.level > Level.TWO else account.enrolled or account.had_factor
        if self.rule is None or self.rule.grace is None or had:
            return None
        end = self.rule.grace.ends(account.applied.get(self.rule.id, at) if self.rule.id else at)
        return end if at < end else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    ask: _Ask
    lifted: bool
    until: datetime | None
    """Deferred until then."""
    meanwhile: Level
    """What it asks until then: who has a second factor, or had one, shows it while the key may wait."""

    @property
    def level(self) -> Level:
        if self.lifted:
            return Level.NONE
        return self.meanwhile if self.until else self.ask.level


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
    but not the client's, nor the request's, nor that an enrolled factor is always asked. A rule's own grace, whoever's
    the rule is, defers that rule alone. A remembered browser is spared the enrolled factor where nothing at all asks
    for one, and every rule that applies says for how long.
    """
    exemption = account.exemption
    exempt = exemption is not None and at < exemption.until
    days = _remember_days(_places(rules, account, client)) if asked is None and fresh_since is None else 0
    spared = _spared(account, days, at)
    weighed = tuple(
        _Weighed(
            ask=ask,
            lifted=(exempt and ask.liftable) or (spared is not None and ask.source == "enrolled"),
            until=ask.deferred_until(account, at),
            meanwhile=Level.TWO if account.enrolled or account.had_factor else Level.NONE,
        )
        for ask in _asks(rules, account, client, asked)
    )
    level = max(Level.ONE, *(each.level for each in weighed))
    waiver = Waiver(kind="exempt", until=exemption.until, reason=exemption.reason) if exemption and exempt else None
    deferred = [each for each in weighed if each.until and not each.lifted]
    return Requirement(
        level=level,
        wanted=max(level, *(each.ask.level for each in weighed if not each.lifted)),
        fresh_since=fresh_since,
        reasons=tuple(_reason(each, level) for each in weighed),
        waiver=_grace(deferred, level) or spared or waiver,
        enrolment_pass=account.enrolment_pass_demanded or any(_demands_pass(each.ask) for each in weighed),
        first_applied=frozenset(_first_applied(deferred, account)),
        remember_days=days,
    )


def _remember_days(places: Iterable[_Ask]) -> int:
    """The fewest that any rule says; none where one requires something, also one that is lifted or deferred."""
    rules = [ask.rule for ask in places if ask.rule]
    return min((0 if rule.level is not None else rule.remember_days for rule in rules), default=0)


def _spared(account: Account, days: int, at: datetime) -> Waiver | None:
    remembered = account.remembered
    if remembered is None or not account.may_be_spared or not remembered.holds(days, at):
        return None
    return Waiver(kind="remembered", until=remembered.ends(days), browser=remembered.id)


def _demands_pass(ask: _Ask) -> bool:
    return ask.rule is not None and ask.rule.enrolment_pass


def _grace(deferred: list[_Weighed], level: Level) -> Waiver | None:
    """Until the first of them counts; none where they ask no more than is asked anyway."""
    ends = [each.until for each in deferred if each.until and each.ask.level > level]
    return Waiver(kind="grace", until=min(ends)) if ends else None


def _first_applied(deferred: list[_Weighed], account: Account) -> Iterator[RuleId]:
    """A date alone needs no remembering, unless it is of a client: its people are those who have met it."""
    for each in deferred:
        rule = each.ask.rule
        if rule is None or rule.id is None or rule.id in account.applied or rule.grace is None:
            continue
        if rule.grace.days or each.ask.source == "client":
            yield rule.id


def _asks(rules: Rules, account: Account, client: ClientId, asked: Level | None) -> Iterator[_Ask]:
    """Whatever may ask something, in the order in which the explanation lists it."""
    yield from _places(rules, account, client)
    yield _Ask(source="request", name="", rule=None if asked is None else Rule(level=asked), liftable=False)
    enrolled = Rule(level=Level.TWO) if account.enrolled else None
    yield _Ask(source="enrolled", name=account.username, rule=enrolled, liftable=False)


def _places(rules: Rules, account: Account, client: ClientId) -> Iterator[_Ask]:
    """Where an admin may have set a rule."""
    yield _Ask(source="server", name="", rule=rules.server, liftable=True)
    for group in sorted(account.groups):
        name = rules.group_names.get(group, str(group))
        yield _Ask(source="group", name=name, rule=rules.groups.get(group), liftable=True)
    yield _Ask(source="user", name=account.username, rule=account.own_rule, liftable=True)
    yield _Ask(source="client", name=client, rule=rules.clients.get(client), liftable=False)


def _reason(weighed: _Weighed, level: Level) -> Reason:
    ask = weighed.ask
    words = ask.rule.words if ask.rule else "no rule"
    if ask.source == "enrolled":
        words = "has a second factor, which is always asked" if ask.rule else "has no second factor"
    if ask.source == "request":
        words = f"acr_values asks {ACR[ask.level]}" if ask.rule else "asks nothing"
    effect = _effect(weighed, level)
    until = weighed.until if effect == "deferred" else None
    return Reason(source=ask.source, name=ask.name, effect=effect, words=words, until=until)


def _effect(weighed: _Weighed, level: Level) -> Effect:
    if weighed.ask.level <= Level.ONE:
        return "nothing"
    if weighed.lifted:
        return "spared" if weighed.ask.source == "enrolled" else "lifted"
    if weighed.until:
        return "deferred"
    return "decides" if weighed.ask.level == level else "weaker"
