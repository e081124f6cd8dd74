"""The views of the pages on which a security key or passkey is set up, or shown as the second step."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEnrolmentPage(View):
    """The browser makes a key. Fields: `credential`, filled by a script, and `name`."""

    template: ClassVar[str] = "key_enrolment"
    step: ClassVar[str] = "key-enrolment"

    why: str
    """A sentence of `words`."""
    options: str
    """JSON for `navigator.credentials.create()`."""
    app_url: str | None = None
    """The page for an authenticator app, where one would do."""
    may_wait_until: datetime | None = None
    """Until then `answer=skip` goes on without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityKeyPage(View):
    """One button, which needs a script. Fields: `credential`, filled by it, and `remember`."""

    template: ClassVar[str] = "security_key"
    step: ClassVar[str] = "security-key"

    options: str
    """JSON for `navigator.credentials.get()`."""
    why: str = ""
    """A sentence of `words`, where nothing but a key will do."""
    lost_url: str
    remember_days: int = 0
    """For how long this browser may be remembered; 0: that is not offered."""
    """The page of somebody who has none of the ways at hand."""
    code_url: str | None = None
    recovery_url: str | None = None
