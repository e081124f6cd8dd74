"""Rules at server, client and group, read together at one version; a user's own rule comes with the Account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NewType
from uuid import UUID

from idp.authenticators.acr import NAMES
from idp.authenticators.methods import Level
from idp.values.ids import ClientId, GroupId

Target = Literal["server", "client", "group", "user"]

RuleId = NewType("RuleId", UUID)
"""Of a rule as it was set: one that is removed and set again, or asks another level, is another rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """How long whoever has no factor yet may put it off: to a date, and some days from when the rule first applied."""

    starts_at: datetime | None = None
    days: int = 0

    def ends(self, applied_at: datetime) -> datetime:
        """When the rule holds for whom it first applied to then; the days count from the date at the earliest."""
        return max(self.starts_at or applied_at, applied_at) + timedelta(days=self.days)

    @property
    def words(self) -> str:
        """Behind the words of the rule."""
        date = self.starts_at.strftime(" from %Y-%m-%d %H:%M UTC") if self.starts_at else ""
        return f"{date} with {self.days} days of grace" if self.days else date


def days_in_words(days: int) -> str:
    """`1 day`, `30 days`."""
    return f"{days} day" if days == 1 else f"{days} days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one place asks: a level that is required, or (`level` None) the second factor only of those who have one."""

    level: Level | None
    grace: Grace | None = None
    enrolment_pass: bool = False
    """Whether the first factor of an account that has none needs a one-time pass from somebody who knows the person."""
    remember_days: int = 0
    """Where nothing is required: for how long a browser may be spared what was shown there; 0: not at all."""
    id: RuleId | None = field(default=None, compare=False)
    """Where it is stored; no part of what it says."""

    @property
    def words(self) -> str:
        """As `idp policy show` prints it."""
        demand = "if_enrolled" if self.level is None else f"required {ACR[self.level]}"
        with_pass = ", first factor with an enrolment pass" if self.enrolment_pass else ""
        remembering = f", browsers remembered for {days_in_words(self.remember_days)}" if self.remember_days else ""
        return f"{demand}{self.grace.words if self.grace else ''}{with_pass}{remembering}"


ACR = {Level.NONE: "none", **NAMES}
"""The levels' own names, as `acr` and the command line spell them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules that are not about one user, as of `version`."""

    version: int
    server: Rule | None = None
    clients: Mapping[ClientId, Rule] = field(default_factory=dict)
    groups: Mapping[GroupId, Rule] = field(default_factory=dict)
    group_names: Mapping[GroupId, str] = field(default_factory=dict)
