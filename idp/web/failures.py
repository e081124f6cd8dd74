"""Every exception that reaches an edge, as one value: kind of failure, status, headers. Renders nothing."""

import traceback
from dataclasses import dataclass, field

import structlog
from starlette.exceptions import HTTPException

from idp.oidc.errors import OAuthError
from idp.usecases.errors import Busy, Unavailable
from idp.web.csrf import ForeignForm
from idp.web.error_page import ErrorKind
from idp.web.forms import BodyTooLarge, FormError

log = structlog.get_logger("idp.web")

_OF_STATUS = {404: ErrorKind.NOT_FOUND, 405: ErrorKind.METHOD, 413: ErrorKind.TOO_LARGE, 429: ErrorKind.TOO_MANY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What the kinds of edges render."""

    kind: ErrorKind
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    oauth: OAuthError | None = None
    retry_after_seconds: int | None = None


def failure_of(error: Exception) -> Failure:
    """What this exception means to the outside; everything unknown is our fault."""
    match error:
        case OAuthError():
            headers = {"WWW-Authenticate": error.challenge} if error.challenge else {}
            return Failure(kind=ErrorKind.BAD_FORM, status=error.status, headers=headers, oauth=error)
        case Busy() | Unavailable():
            seconds = error.retry_after_seconds
            headers = {"Retry-After": str(seconds)}
            return Failure(kind=ErrorKind.BUSY, status=503, headers=headers, retry_after_seconds=seconds)
        case ForeignForm():
            return Failure(kind=ErrorKind.REFUSED, status=403)
        case FormError():
            kind = ErrorKind.TOO_LARGE if isinstance(error, BodyTooLarge) else ErrorKind.BAD_FORM
            return Failure(kind=kind, status=error.status)
        case HTTPException():
            kind = _OF_STATUS.get(error.status_code, ErrorKind.BAD_FORM)
            return Failure(kind=kind, status=error.status_code, headers=dict(error.headers or {}))
        case _:
            return Failure(kind=ErrorKind.OUR_FAULT, status=500)


def record(error: Exception, failure: Failure, reference: str) -> None:
    """Log what is our fault or below us. Of an unknown exception its type and its frames only: messages quote input."""
    if failure.kind is ErrorKind.OUR_FAULT:
        log.error("request_failed", reference=reference, error=type(error).__qualname__, frames=frames(error))
    elif failure.kind is ErrorKind.BUSY:
        log.warning("request_turned_away", reference=reference, error=type(error).__qualname__)


def frames(error: BaseException) -> list[str]:
    """Where it happened, innermost last: file, line and function, no values and no source text."""
    found = traceback.extract_tb(error.__traceback__)
    here = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in found]
    cause = error.__cause__ or error.__context__
    return [*frames(cause), f"→ {type(error).__qualname__}", *here] if cause else here
