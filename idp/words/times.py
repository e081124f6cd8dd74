"""How instants read on a page: absolute in UTC, said so, and relative to the instant of the request. Pure."""

from datetime import datetime, timedelta
from math import ceil

MINUTE, HOUR = 60, 3600


def clock(instant: datetime) -> str:
    """`14:35 UTC`, or `14:35 (UTC+1)` for an instant in a zone of its own: which one it is, is always said."""
    offset = instant.utcoffset()
    return f"{instant:%H:%M} ({_zone(offset)})" if offset else f"{instant:%H:%M} UTC"


def clock_with_seconds(instant: datetime) -> str:
    """`14:05:30 UTC`: for comparing clocks."""
    return f"{instant:%H:%M:%S} UTC"


def day(instant: datetime) -> str:
    """`3 March`, and with its year where that is asked for by `full_day`."""
    return f"{instant.day} {instant:%B}"


def full_day(instant: datetime) -> str:
    """`3 March 2031`."""
    return f"{day(instant)} {instant.year}"


def recently(instant: datetime, at: datetime) -> str:
    """`today at 14:35 UTC`, `yesterday at 14:35 UTC`, `on 3 March 2031`."""
    days = (at.date() - instant.date()).days
    if days <= 0:
        return f"today at {clock(instant)}"
    return f"yesterday at {clock(instant)}" if days == 1 else f"on {full_day(instant)}"


def span(length: timedelta) -> str:
    """`12 minutes`, rounded up, so that nobody comes back too early."""
    seconds = max(1, ceil(length.total_seconds()))
    if seconds < MINUTE:
        return _counted(seconds, "second")
    if seconds < HOUR:
        return _counted(ceil(seconds / MINUTE), "minute")
    hours, minutes = divmod(ceil(seconds / MINUTE), MINUTE)
    return f"{_counted(hours, 'hour')} {_counted(minutes, 'minute')}" if minutes else _counted(hours, "hour")


def until(instant: datetime, at: datetime) -> str:
    """`14:35 UTC (in 12 minutes)`; the absolute part is rounded up to the next minute, too."""
    return f"{clock(rounded_up(instant))} (in {span(instant - at)})"


def rounded_up(instant: datetime) -> datetime:
    """The next whole minute, or the instant itself where it is one."""
    whole = instant.replace(second=0, microsecond=0)
    return whole if whole == instant else whole + timedelta(minutes=1)


def _zone(offset: timedelta) -> str:
    hours, minutes = divmod(abs(int(offset.total_seconds())) // MINUTE, MINUTE)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
