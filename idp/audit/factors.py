"""What people do with the second factors that they have: each by its id, since names are theirs."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from idp.audit.event import Event
from idp.values.ids import AuthenticatorId

Counted = Literal["otp", "key"]
"""An app or a key, as failures of theirs are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRenamed(Event):
    """The person calls it otherwise."""

    kind: ClassVar[str] = "factor_renamed"
    authenticator: AuthenticatorId


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRemoved(Event):
    """One of several is gone."""

    kind: ClassVar[str] = "factor_removed"
    method: Counted
    authenticator: AuthenticatorId


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSuspended(Event):
    """Reported as lost: it proves nothing, and whatever was signed in elsewhere has ended."""

    kind: ClassVar[str] = "factor_suspended"
    method: Counted
    authenticator: AuthenticatorId


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorReactivated(Event):
    """Found again, which another factor has vouched for."""

    kind: ClassVar[str] = "factor_reactivated"
    method: Counted
    authenticator: AuthenticatorId
