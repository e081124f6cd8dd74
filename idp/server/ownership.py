"""Who may start and stop the server of a data folder: one owner, any number of guests. A lock dies with its holder.

The owner holds `owner.lock` for itself; each guest shares `guests.lock`, so that an owner about to stop can wait for
short-lived guests. Both are flock: they need no cleaning up after a crash.
"""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from idp.server.failure import PostgresStartFailed


@dataclass(slots=True)
class Hold:
    """A lock held until released or until the process ends, whichever comes first."""

    fd: int

    def release(self) -> None:
        """Let go; safe to call twice."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def own(folder: Path) -> Hold | None:
    """Become the owner; None while somebody else is."""
    return _lock(folder / "owner.lock", fcntl.LOCK_EX)


def visit(folder: Path) -> Hold | None:
    """Become a guest; None while the owner is about to stop."""
    return _lock(folder / "guests.lock", fcntl.LOCK_SH)


def without_guests(folder: Path) -> Hold | None:
    """Shut the door; None while guests are there."""
    return _lock(folder / "guests.lock", fcntl.LOCK_EX)


def _lock(path: Path, kind: int) -> Hold | None:
    # O_NOFOLLOW: the folder may belong to an unprivileged uid, whose symbolic link must not lead root elsewhere.
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PostgresStartFailed(f"cannot open the lock file {path}: {error.strerror}") from error
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    except OSError as error:
        os.close(fd)
        raise PostgresStartFailed(
            f"cannot lock {path}: {error.strerror} (the data folder needs a file system with flock)"
        ) from error
    return Hold(fd)
