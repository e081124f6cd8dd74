"""The page of a paused way in: until when, why, and what still works."""

from typing import Literal

from idp.authenticators.methods import Counter
from idp.login.notice import NoticeKind
from idp.usecases.outcome import Current
from idp.web.frame import shell, url_of
from idp.web.shell import Link
from idp.web.views import PausedPage
from idp.web.ways import ways
from idp.words import messages

Way = Literal["code", "recovery_code", "key", "enrolment_pass"]

_METHODS: dict[Way, Counter] = {
    "code": Counter.APP_CODE,
    "recovery_code": Counter.RECOVERY_CODE,
    "key": Counter.KEY,
    "enrolment_pass": Counter.ENROLMENT_PASS,
}


def pause(current: Current, way: Way, page: str) -> PausedPage | None:
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
        other_ways=_other_ways(current, way),
    )


def _other_ways(current: Current, here: Way) -> tuple[Link, ...]:
    """Empty where the step has but one way."""
    urls = ways(current)
    offered: tuple[Literal["code", "key", "recovery_code"], ...] = ("code", "key", "recovery_code")
    return tuple(
        Link(text=messages.paused_way(way), url=url) for way in offered if way != here and (url := urls.get(way))
    )
