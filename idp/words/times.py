"""How instants read on a page: absolute in UTC, said so, and relative to the instant of the request. Pure."""

from datetime import datetime, timedelta
from math import ceil

from idp.words.speech import counted, say, spoken

MINUTE, HOUR = 60, 3600


def clock(instant: datetime) -> str:
    """`14:35 UTC`, or `14:35 (UTC+1)` for an instant in a zone of its own: which one it is, is always said."""
    offset, clock = instant.utcoffset(), spoken().clock(instant)
    return say("%(clock)s (%(zone)s)", clock=clock, zone=_zone(offset)) if offset else say("%(clock)s UTC", clock=clock)


def clock_with_seconds(instant: datetime) -> str:
    """`14:05:30 UTC`: for comparing clocks."""
    return say("%(clock)s UTC", clock=spoken().clock(instant, seconds=True))


def day(instant: datetime) -> str:
    """`3 March`, and with its year where that is asked for by `full_day`."""
    return spoken().day(instant, year=False)


def full_day(instant: datetime) -> str:
    """`3 March 2031`."""
    return spoken().day(instant)


def day_and_clock(instant: datetime) -> str:
    """`3 March 2031 at 14:35 UTC`."""
    return say("%(day)s at %(clock)s", day=full_day(instant), clock=clock(instant))


def recently(instant: datetime, at: datetime) -> str:
    """`today at 14:35 UTC`, `yesterday at 14:35 UTC`, `on 3 March 2031`."""
    days = (at.date() - instant.date()).days
    if days <= 0:
        return say("today at %(clock)s", clock=clock(instant))
    if days == 1:
        return say("yesterday at %(clock)s", clock=clock(instant))
    return say("on %(day)s", day=full_day(instant))


def span(length: timedelta) -> str:
    """`12 minutes`, rounded up, so that nobody comes back too early."""
    seconds = max(1, ceil(length.total_seconds()))
    if seconds < MINUTE:
        return counted("%(number)s second", "%(number)s seconds", seconds)
    if seconds < HOUR:
        return _minutes(ceil(seconds / MINUTE))
    hours, minutes = divmod(ceil(seconds / MINUTE), MINUTE)
    whole = counted("%(number)s hour", "%(number)s hours", hours)
    return f"{whole} {_minutes(minutes)}" if minutes else whole


def until(instant: datetime, at: datetime) -> str:
    """`14:35 UTC (in 12 minutes)`; the absolute part is rounded up to the next minute, too."""
    return say("%(clock)s (in %(span)s)", clock=clock(rounded_up(instant)), span=span(instant - at))


def rounded_up(instant: datetime) -> datetime:
    """The next whole minute, or the instant itself where it is one."""
    whole = instant.replace(second=0, microsecond=0)
    return whole if whole == instant else whole + timedelta(minutes=1)


def _zone(offset: timedelta) -> str:
    hours, minutes = divmod(abs(int(offset.total_seconds())) // MINUTE, MINUTE)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"


def _minutes(number: int) -> str:
    return counted("%(number)s minute", "%(number)s minutes", number)
