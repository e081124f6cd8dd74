"""The folder of one embedded PostgreSQL: what stands where, who owns it, what its pid file says. Runs nothing.

DIR/              0700, owned by the user that PostgreSQL runs under
├ cluster/        PostgreSQL's own data folder (PGDATA); made in cluster.new and renamed, so it is whole or absent
├ run/            the socket, unless its path would be too long
├ owner.lock, guests.lock
└ server.log      what the server wrote; server.log.1 is the one before
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from idp.server.failure import PostgresStartFailed
from idp.server.privileges import Identity
from idp.server.processes import is_alive

SUPERUSER = "postgres"
PORT = 5432  # only a part of the socket's file name: nothing listens on TCP
_SOCKET_PATH_MAX = 107  # bytes, sockaddr_un without its closing NUL (unix(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class PidFile:
    """What postmaster.pid says of a running server."""

    pid: int
    port: int
    socket_dir: Path
    status: str
    """`starting`, `ready`, `stopping`; empty before the server has written it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Paths inside the folder."""

    folder: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """What the server and initdb wrote."""
        return self.folder / "server.log"

    def socket_dir(self) -> Path:
        """Where the socket goes: inside the folder, or where that is too long a short place derived from it."""
        inside = self.folder / "run"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_MAX:
            return inside
        return Path("/tmp") / f"idp-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"  # noqa: S108 - made 0700 and its owner checked


def read_pid_file(cluster: Path) -> PidFile | None:
    """The pid file if its server lives; None when there is none, or a server killed earlier left it behind."""
    try:
        lines = (cluster / "postmaster.pid").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PostgresStartFailed(f"cannot read {cluster / 'postmaster.pid'}: {error.strerror}") from error
    if not lines or not lines[0].isdigit() or not _is_postgres(int(lines[0])):
        return None
    lines += [""] * 8
    return PidFile(pid=int(lines[0]), port=int(lines[3] or PORT), socket_dir=Path(lines[4]), status=lines[7].strip())


def clear_stale_pid_file(cluster: Path) -> None:
    """Remove a pid file whose number now belongs to another program, which PostgreSQL would take for a live server.

    One whose process is gone is left to PostgreSQL, which then also looks for orphans of that server in shared memory.
    """
    path = cluster / "postmaster.pid"
    try:
        first = path.read_text("utf-8").partition("\n")[0]
    except FileNotFoundError:
        return
    if first.isdigit() and is_alive(int(first)) and not _is_postgres(int(first)):
        path.unlink()


def _is_postgres(pid: int) -> bool:
    if not is_alive(pid):
        return False
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0]
    except OSError:
        return True  # no /proc to ask: believe the pid file
    return Path(os.fsdecode(command)).name in ("postgres", "postmaster")


def prepare_folder(folder: Path) -> None:
    """Make the folder, closed to others. Parents get the usual mode and are otherwise left alone."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise PostgresStartFailed(f"cannot make the folder {folder}: {error.strerror}") from error


def hand_over(folder: Path, identity: Identity) -> None:
    """Give the folder itself, nothing inside or above, to the user that PostgreSQL runs under; close it to others."""
    found = folder.stat()
    try:
        if (found.st_uid, found.st_gid) != (identity.owner, identity.group):
            os.chown(folder, identity.owner, identity.group, follow_symlinks=False)
        if stat.S_IMODE(found.st_mode) != stat.S_IRWXU:
            folder.chmod(stat.S_IRWXU)
    except OSError as error:
        raise PostgresStartFailed(f"cannot close the folder {folder} to others: {error.strerror}") from error


def prepare_socket_dir(directory: Path, identity: Identity) -> None:
    """Make the folder of the socket, 0700: it is all of the server's authentication, so a foreign one is refused."""
    try:
        directory.mkdir(mode=0o700)
        os.chown(directory, identity.owner, identity.group, follow_symlinks=False)
    except FileExistsError:
        pass
    except OSError as error:
        raise PostgresStartFailed(f"cannot make the folder {directory}: {error.strerror}") from error
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != identity.owner or stat.S_IMODE(found.st_mode) & 0o077:
        raise PostgresStartFailed(f"{directory} should be a folder of uid {identity.owner} closed to others: remove it")
