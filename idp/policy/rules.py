"""Rules at server, client and group, read together at one version; a user's own rule comes with the Account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from idp.authenticators.acr import NAMES
from idp.authenticators.methods import Level
from idp.values.ids import ClientId, GroupId

Target = Literal["server", "client", "group", "user"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one place asks: a level that is required, or (`level` None) the second factor only of those who have one."""

    level: Level | None

    @property
    def words(self) -> str:
        """As `idp policy show` prints it."""
        return "if_enrolled" if self.level is None else f"required {ACR[self.level]}"


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
