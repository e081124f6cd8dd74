"""What people themselves say about their own account."""

from dataclasses import dataclass
from typing import ClassVar

from idp.audit.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeReported(Event):
    """«This was not me», in the portal: everything else was signed out, and the password is to be changed."""

    kind: ClassVar[str] = "not_me_reported"
    reported: str | None
    """Kind of the event that the person does not know; None where they named none."""
    reported_at: str | None
    """Its instant, in ISO 8601."""
    sessions: int
    """How many were signed out."""
    grants: int
    factors: int = 0
    """How many apps, keys and sets of recovery codes were set up by what was named, and prove nothing any more."""
