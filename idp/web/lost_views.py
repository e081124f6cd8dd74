"""The pages of somebody who has no second factor yet, or none any more, and needs another person's help."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentPassPage(View):
    """A pass before the first second factor. Field: `enrolment_pass`."""

    template: ClassVar[str] = "enrolment_pass"
    step: ClassVar[str] = "enrolment-pass"

    may_wait_until: datetime | None = None
    """Until then `answer=skip` goes on without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPage(View):
    """Whom to ask, and what to read out. No form."""

    template: ClassVar[str] = "lost"
    step: ClassVar[str] = "lost"

    reference: str
    """In groups, as it is read out."""
    back_url: str
    """Back to the page that asks for the factor."""
    recovery_url: str | None = None
    """The page for recovery codes, where the person has some."""
