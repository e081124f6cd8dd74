"""The time zones that this machine knows, for people to choose theirs from, and the clock of one."""

from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)


@cache
def zones() -> tuple[str, ...]:
    """Their names, in order: those of places, and UTC. Old names for countries and offsets are left out."""
    return (*sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS), "UTC")


@cache
def by_region() -> Mapping[str, tuple[str, ...]]:
    """The same, by what stands before the first slash; those without one stand under nothing."""
    found: dict[str, list[str]] = {"": ["UTC"]}
    for name in zones():
        if "/" in name:
            found.setdefault(name.partition("/")[0], []).append(name)
    return {region: tuple(names) for region, names in found.items()}


def clock_of(zone: str | None) -> tzinfo:
    """Of a name from a profile; UTC where there is none, or where this machine does not know it."""
    try:
        return ZoneInfo(zone) if zone else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):  # it may name a folder
        return UTC
