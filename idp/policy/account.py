"""An Account: all that a sign-in's decision needs to know of one User, read as one row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from idp.authenticators.totp import DEFAULT
from idp.directory.preferences import Preferences
from idp.policy.remembered import Remembered
from idp.policy.rules import Rule, RuleId
from idp.values.ids import GroupId, Subject, UserId

ChangeDemanded = Literal["set_by_other", "compromised"]
"""Why a password must be changed at the next sign-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Lifts what server, group and user rules ask, until a date, for a reason."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Facts of one user at one `version`; whatever changes one of them moves the version."""

    user: UserId
    subject: Subject
    username: str
    email: str | None
    active: bool
    version: int
    password_change_demanded: ChangeDemanded | None
    """None when the password is the person's own."""
    password_long_enough_alone: bool
    """Whether the password has the length that one without a second factor must have."""
    apps: int
    """Confirmed authenticator apps."""
    keys: int = 0
    """Confirmed security keys and passkeys."""
    suspended: int = 0
    """Apps and keys that their person has lost: they prove nothing, and still keep the account from starting anew."""
    enrolment_pass_demanded: bool = False
    """Whether somebody who helps people has demanded one, as after a reset."""
    codes_saved: bool
    """Whether the current set of recovery codes was acknowledged."""
    codes_left: int
    code_digits: tuple[int, ...] = (DEFAULT.digits,)
    """How many digits the codes of those apps have, each number once."""
    groups: frozenset[GroupId] = frozenset()
    own_rule: Rule | None = None
    """The policy rule set on this user, if any."""
    exemption: Exemption | None = None
    had_factor: bool = False
    """Whether a second factor was ever bound: then no grace is left, also once it was reset."""
    applied: Mapping[RuleId, datetime] = field(default_factory=dict)
    """When rules that leave time first applied to this person."""
    remembered: Remembered | None = None
    """What the browser at hand is remembered for, or the grant at hand was opened under."""
    preferences: Preferences = field(default_factory=Preferences)
    """How the person likes to be served. They decide nothing, and move no version."""
    audit_salt: bytes = field(default=b"", repr=False)
    """Salt of the key that this person's names and addresses are sealed under in security events."""

    @property
    def factors(self) -> int:
        """How many there are, those reported as lost too."""
        return self.apps + self.keys + self.suspended

    @property
    def enrolled(self) -> bool:
        """Whether a second factor can be asked of this person."""
        return self.factors > 0

    @property
    def may_be_spared(self) -> bool:
        """Whether a remembered browser may do with the password: one that stands alone, and no codes to be saved first.

        SP 800-63B-4 3.1.1.2: a password that is the only factor has 15 characters.
        """
        own = self.password_change_demanded is None and self.password_long_enough_alone
        return self.enrolled and own and self.codes_saved and self.codes_left > 0
