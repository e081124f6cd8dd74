"""Making a new data folder. Runs once in the life of an installation."""

import os
import shutil
import signal
from pathlib import Path

from idp.server.binaries import Binaries
from idp.server.cluster import SUPERUSER, Layout, hand_over
from idp.server.failure import PostgresStartFailed
from idp.server.privileges import Identity
from idp.server.processes import Child, spawn
from idp.server.serverlog import cause_in, open_log

_BUILTIN_LOCALE_SINCE = 17


def initialise(layout: Layout, binaries: Binaries, identity: Identity, *, durable: bool) -> None:
    """Run initdb beside the final place, then rename: a crash leaves nothing that looks like a data folder."""
    fresh = layout.folder / "cluster.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    hand_over(fresh, identity)
    with open_log(layout.log) as log:
        start = log.tell()
        making = Child(
            name="initdb",
            argv=[binaries.initdb, "-D", str(fresh), *_options(binaries, durable=durable)],
            env=plain_environment(),
            folder=layout.folder,
            identity=identity.spec,
            parting_signal=signal.SIGKILL,
            output=log.fileno(),
        )
        status = spawn(making).wait()
    if status != 0:
        raise PostgresStartFailed(f"initdb failed: {cause_in(layout.log, start)} (log: {layout.log})")
    fresh.rename(layout.cluster)
    _sync(layout.folder)


def plain_environment() -> dict[str, str]:
    """What PostgreSQL's programs get of ours: nothing that could hold a secret or change their messages."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _options(binaries: Binaries, *, durable: bool) -> list[str]:
    # From 17 on the locale is PostgreSQL's own: it needs nothing of the machine and never changes with the C library.
    builtin = binaries.major >= _BUILTIN_LOCALE_SINCE
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if builtin else ["--locale=C.UTF-8"]
    )
    return [
        *("--encoding=UTF8", *locale, "--data-checksums", f"--username={SUPERUSER}"),
        # Whoever can reach the socket is who they say. That is safe because the socket stands in a 0700 folder of the
        # user that runs PostgreSQL: only that user and root can open it, and both could read the data files anyway.
        # TCP is refused and never opened.
        *("--auth-local=trust", "--auth-host=reject"),
        *(() if durable else ("--no-sync",)),
    ]


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
