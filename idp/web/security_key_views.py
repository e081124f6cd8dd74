"""Typed views of the pages for security keys and passkeys, as `web.views` has them for the others."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityKeyPage(View):
    """One button, which needs a script. Field: `credential`, filled by it."""

    template: ClassVar[str] = "security_key"
    step: ClassVar[str] = "security-key"

    options: str
    """JSON for `navigator.credentials.get()`."""
    why: str = ""
    """A sentence of `words.messages`, where nothing but a key will do."""
    code_url: str | None = None
    recovery_url: str | None = None
    lost_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEnrolmentPage(View):
    """Set-up of a key. Fields: `credential` (JSON, by script), `name`. `answer=skip` goes on without where it may."""

    template: ClassVar[str] = "key_enrolment"
    step: ClassVar[str] = "key-enrolment"

    why: str
    options: str
    """JSON for `navigator.credentials.create()`."""
    app_url: str | None = None
    """The page for an authenticator app, where one would do."""
    may_wait_until: datetime | None = None
