"""The time zones that people choose from, and the clock of one."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.directory.profile_claims import checked
from idp.usecases.zones import by_region, clock_of, zones

AT = datetime(2031, 3, 5, 9, 14, tzinfo=UTC)


def test_every_zone_is_a_claim_that_can_be_kept() -> None:
    """OIDC Core 5.1: names of the time zone database, in order, each once; and each has a clock."""
    assert {"Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC"} <= set(zones())
    assert len(set(zones())) == len(zones())
    assert [zone for zone in zones() if checked("zoneinfo", zone) != zone] == []
    assert [zone for zone in zones() if AT.astimezone(clock_of(zone)).utcoffset() is None] == []


def test_they_stand_by_region() -> None:
    assert by_region()[""] == ("UTC",)
    assert "Europe/Berlin" in by_region()["Europe"]
    assert sorted(zone for names in by_region().values() for zone in names) == sorted(zones())


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus_Mons", "Europe", "../etc/passwd", "/etc/localtime", "\0"])
def test_without_a_zone_that_is_known_it_is_utc(zone: str | None) -> None:
    assert clock_of(zone) is UTC


def test_a_zone_has_its_clock() -> None:
    assert AT.astimezone(clock_of("Europe/Berlin")).utcoffset() == timedelta(hours=1)
