"""The view for everything that cannot go on: its kinds, and the HTTP status that belongs to each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from idp.web.views import View


class ErrorKind(StrEnum):
    """What went wrong, in the words of the person's page; `ErrorPage.status` says the HTTP status."""

    UNSAFE_LINK = "unsafe_link"
    """Client or redirect URI cannot be trusted: no redirect."""
    EXPIRED = "expired"
    """Waited too long; also a form token or cookie that does not belong."""
    STALE = "stale"
    """Finished in another tab."""
    REFUSED = "refused"
    """The form came from elsewhere or without its token: shown like EXPIRED, answered 403."""
    BUSY = "busy"
    NOT_FOUND = "not_found"
    METHOD = "method"
    TOO_LARGE = "too_large"
    BAD_FORM = "bad_form"
    TOO_MANY = "too_many"
    OUR_FAULT = "our_fault"


_STATUS = {
    ErrorKind.UNSAFE_LINK: 400,
    ErrorKind.EXPIRED: 410,
    ErrorKind.STALE: 409,
    ErrorKind.REFUSED: 403,
    ErrorKind.BUSY: 503,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.METHOD: 405,
    ErrorKind.TOO_LARGE: 413,
    ErrorKind.BAD_FORM: 400,
    ErrorKind.TOO_MANY: 429,
    ErrorKind.OUR_FAULT: 500,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeveloperNote:
    """What «For the app's developer» unfolds; input is shown as it came, escaped."""

    error: str
    description: str
    at: datetime
    client_id: str | None = None
    redirect_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(View):
    """One page for everything that cannot go on; `shell.app.home_url` gives «Start again at App»."""

    template: ClassVar[str] = "error"
    step: ClassVar[str] = "error"

    kind: ErrorKind
    reference: str = ""
    """The request id, to read out."""
    developer: DeveloperNote | None = None
    retry_at: datetime | None = None
    at: datetime | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the kind."""
        return _STATUS[self.kind]
