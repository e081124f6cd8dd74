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
    code_url: str | None = None
    """The pages of what would do, as far as the person has it."""
    key_url: str | None = None
    recovery_url: str | None = None
