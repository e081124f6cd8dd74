"""The page of a paused way in: until when, why, and what still works."""

from typing import Literal

from idp.authenticators.methods import Counter
from idp.login.notice import NoticeKind
from idp.login.steps import ProveFactor
from idp.usecases.outcome import Current
from idp.web.frame import shell, url_of
from idp.web.shell import Link
from idp.web.views import PausedPage
from idp.words import messages

Way = Literal["code", "recovery_code", "enrolment_pass"]

_METHODS: dict[Way, Counter] = {
    "code": Counter.APP_CODE,
    "recovery_code": Counter.RECOVERY_CODE,
    "enrolment_pass": Counter.ENROLMENT_PASS,
}
_OTHERS: dict[Way, Literal["code", "recovery_code"]] = {"code": "recovery_code", "recovery_code": "code"}


def pause(current: Current, way: Way, page: str, other_page: str = "") -> PausedPage | None:
    """The pause of this way, None where it is open or its pause is over."""
    notice, at = current.interaction.notice, current.scene.visit.at
    if notice is None or notice.kind is not NoticeKind.HELD or notice.method != _METHODS[way]:
        return None
    if notice.until is None or notice.until <= at:
        return None
    return PausedPage(
        shell=shell(current, page),
        until=notice.until,
        at=at,
        reason=messages.paused_reason(way),
        retry_url=url_of(current, page),
        other_ways=_other_ways(current, way, other_page),
    )


def _other_ways(current: Current, way: Way, other_page: str) -> tuple[Link, ...]:
    step = current.step
    if way not in _OTHERS or (way == "code" and isinstance(step, ProveFactor) and not step.recovery):
        return ()
    return (Link(text=messages.paused_way(_OTHERS[way]), url=url_of(current, other_page)),)
