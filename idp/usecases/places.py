"""Where an address is, roughly: looked up in a file on this machine that the operator names, never over the network."""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import maxminddb
from maxminddb.types import Record

from idp.settings import SettingsError


@dataclass(frozen=True, slots=True)
class Places:
    """An open file in MaxMind's format, as GeoLite2 and DB-IP come in."""

    _reader: maxminddb.Reader

    @classmethod
    def open(cls, path: Path | None) -> "Places | None":
        """None where no file is named. Raises SettingsError for one that cannot be used."""
        if path is None:
            return None
        try:
            return cls(maxminddb.open_database(path))
        except OSError as error:
            cause = error.strerror or "it cannot be read"
        except (maxminddb.InvalidDatabaseError, ValueError, TypeError):
            cause = "it is no MaxMind database"
        raise SettingsError(f"IDP_GEOIP_FILE: cannot use {path}: {cause}")

    def of(self, address: str) -> str:
        """`Berlin, Germany`, `Germany`, or nothing where the file does not say."""
        try:
            found = self._reader.get(ip_address(address))
        except (ValueError, maxminddb.InvalidDatabaseError):  # no address, of a version that the file lacks, or broken
            return ""
        names = (_name(found, "city"), _name(found, "country"))
        return ", ".join(name for name in names if name)


def _name(record: Record | None, part: str) -> str:
    """In English: the name that each of these files has."""
    place = record.get(part) if isinstance(record, dict) else None
    names = place.get("names") if isinstance(place, dict) else None
    name = names.get("en") if isinstance(names, dict) else None
    return name if isinstance(name, str) and name.isprintable() else ""
