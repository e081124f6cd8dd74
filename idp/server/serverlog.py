"""The file that the server and initdb write to, and the one line of it that a person needs when a start fails."""

import os
from pathlib import Path
from typing import BinaryIO

from idp.server.child import PREFIX
from idp.server.failure import PostgresStartFailed

_KEPT = 1_000_000  # bytes; a start that finds more sets the log aside, so that at most two such files are kept
_TELLING = (PREFIX, "FATAL:", "PANIC:", "error:")


def open_log(path: Path) -> BinaryIO:
    """Open the log for appending, setting a long one aside."""
    try:
        if path.exists() and path.stat().st_size > _KEPT:
            path.replace(path.with_name(f"{path.name}.1"))
        # O_NOFOLLOW: the folder may belong to an unprivileged uid, whose symbolic link must not lead root elsewhere.
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PostgresStartFailed(f"cannot write {path}: {error.strerror}") from error
    log = os.fdopen(fd, "ab")
    log.seek(0, os.SEEK_END)
    return log


def cause_in(path: Path, start: int) -> str:
    """The most telling line written since the offset: the first failure, else the last line."""
    with path.open("rb") as log:
        log.seek(start)
        lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    for line in lines:
        for sign in _TELLING:
            if sign in line:
                return line.partition(sign)[2].strip()
    return lines[-1].strip() if lines else "it ended without a word"
