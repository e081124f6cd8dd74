"""Where addresses are, by a file on this machine."""

from pathlib import Path

import pytest

from idp.settings import SettingsError
from idp.usecases.places import Places
from tests.drivers.place_file import place_file

KNOWN = {"203.0.113.7": ("Berlin", "Germany"), "198.51.100.1": (None, "Japan"), "203.0.113.8": ("Kyoto", "Japan")}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    path = tmp_path / "places.mmdb"
    path.write_bytes(place_file(KNOWN))
    opened = Places.open(path)
    assert opened is not None
    return opened


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "Berlin, Germany"),
        ("203.0.113.8", "Kyoto, Japan"),
        ("198.51.100.1", "Japan"),
        ("192.0.2.1", ""),
        ("2001:db8::1", ""),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_what_the_file_says_and_nothing_where_it_says_nothing(places: Places, address: str, place: str) -> None:
    assert places.of(address) == place


def test_no_file_no_places() -> None:
    assert Places.open(None) is None


@pytest.mark.parametrize("octets", [b"", b"something else", place_file(KNOWN)[:40]])
def test_a_file_that_is_none_of_them_is_said_in_one_line(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "places.mmdb"
    path.write_bytes(octets)
    with pytest.raises(SettingsError, match=r"\AIDP_GEOIP_FILE: cannot use [^\n]+: it is no MaxMind database\Z"):
        Places.open(path)


def test_a_file_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none.mmdb", tmp_path):
        with pytest.raises(SettingsError, match=r"\AIDP_GEOIP_FILE: cannot use [^\n]+\Z"):
            Places.open(path)
