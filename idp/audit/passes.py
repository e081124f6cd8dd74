"""Enrolment passes, made and shown; and the person who has lost every way in and asks for help."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from idp.audit.event import Event

PassRefusal = Literal["wrong", "foreign", "expired", "paused", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentPassMade(Event):
    """Until then its holder may bind a first second factor; one made before is void."""

    kind: ClassVar[str] = "enrolment_pass_made"
    until: datetime
    mailed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentPassShown(Event):
    """The right one, in this sign-in; it is spent with the factor that it lets in."""

    kind: ClassVar[str] = "enrolment_pass_shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentPassRefused(Event):
    """A pass that let nobody in; `foreign` is another person's."""

    kind: ClassVar[str] = "enrolment_pass_refused"
    reason: PassRefusal
    failures: int | None = None
    """In a row, this one included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpWanted(Event):
    """After the right password somebody had no second factor at hand, and was told whom to ask."""

    kind: ClassVar[str] = "help_wanted"
    reference: str
    """What they can read out."""
