"""The embedded PostgreSQL: start it or join the one that runs, stop what was started here. Opens no connection.

The first process to ask for a folder becomes its owner and parent of the server; others attach and never stop it.
A server whose parent is killed gets SIGINT from the kernel (a fast shutdown), and whoever asks next starts it anew.
"""

import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from idp.server import ownership
from idp.server.binaries import Binaries, locate
from idp.server.cluster import (
    PORT,
    SUPERUSER,
    Layout,
    clear_stale_pid_file,
    hand_over,
    prepare_folder,
    prepare_socket_dir,
    read_pid_file,
)
from idp.server.failure import PostgresStartFailed
from idp.server.initdb import initialise, plain_environment
from idp.server.ownership import Hold
from idp.server.privileges import Identity, choose
from idp.server.processes import Child, end, spawn, wait_until
from idp.server.serverlog import cause_in, open_log

__all__ = ["Binaries", "PostgresStartFailed", "RunningPostgres", "locate", "start"]

_START_PATIENCE = 120.0  # seconds; recovery after a crash replays at most max_wal_size, which takes less
_ORPHAN_PATIENCE = 10.0  # seconds for the server of a killed owner to finish its shutdown
_GUEST_PATIENCE = 5.0  # seconds that an owner about to stop gives to commands still at work
_STOP = (
    (signal.SIGINT, 30.0),
    (signal.SIGQUIT, 5.0),
)  # "fast", then "immediate" shutdown; the latter recovers at the next start
_NO_SPACE_YET = "pre-existing shared memory block"  # backends of a server killed a moment ago have not noticed yet

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "jit": "off",  # every query of ours is short; compiling one costs more than running it
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "idp",
    # The log names what failed, never with which values: those are people's names, addresses and digests.
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
_NOT_DURABLE: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPostgres(AbstractContextManager["RunningPostgres"]):
    """A server that accepts connections; as a context manager it stops at the end."""

    socket_dir: Path
    port: int
    data_dir: Path
    superuser: str = SUPERUSER
    hold: Hold = field(repr=False)
    process: subprocess.Popen[bytes] | None = field(repr=False)
    """None where another process started the server."""

    def dsn(self, role: str, database: str) -> str:
        """The URL of a connection over the socket; it holds no secret."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?host={host}&port={self.port}"

    def is_running(self) -> bool:
        """Whether the server still lives, whoever started it."""
        if self.process is not None:
            return self.process.poll() is None
        found = read_pid_file(Layout(folder=self.data_dir).cluster)
        return found is not None and found.status == "ready"

    def stop(self) -> None:
        """Stop the server if it was started here, once guests had 5 s to leave; else only leave. Safe to call twice."""
        if self.process is not None and self.process.poll() is None:
            door = _shut_the_door(self.data_dir)
            end(self.process, _STOP)
            if not self.socket_dir.is_relative_to(self.data_dir):
                shutil.rmtree(self.socket_dir, ignore_errors=True)
            if door is not None:
                door.release()
        self.hold.release()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, whatever happened."""
        self.stop()


def start(
    data_dir: Path,
    *,
    binaries: Path | None = None,
    durable: bool = True,
    settings: Mapping[str, str] | None = None,
    prefer_own: float = 0.0,
) -> RunningPostgres:
    """Start the server of this folder, made on the first use, or attach to the one that runs.

    Call from the main thread before any other starts: the server dies with the thread that started it. `durable=False`
    may lose everything at a crash of the machine and is for tests. `prefer_own` is how many seconds to wait for another
    owner to leave before attaching to its server, so that a long-lived process does not rest on a command about to end.
    Raises `PostgresStartFailed`.
    """
    layout = Layout(folder=data_dir.absolute())
    prepare_folder(layout.folder)
    begun = time.monotonic()
    while time.monotonic() - begun < _START_PATIENCE:
        hold = ownership.own(layout.folder)
        if hold is not None:
            try:
                return _start_as_owner(layout, hold, binaries, _all_settings(settings or {}, durable=durable))
            except BaseException:
                hold.release()
                raise
        if time.monotonic() - begun >= prefer_own and (guest := _attach(layout)) is not None:
            return guest
        time.sleep(0.02)
    raise PostgresStartFailed(f"another process holds {layout.folder} and its server is not ready (log: {layout.log})")


def _all_settings(wanted: Mapping[str, str], *, durable: bool) -> dict[str, str]:
    return {**_SETTINGS, **({} if durable else _NOT_DURABLE), **wanted}


def _attach(layout: Layout) -> RunningPostgres | None:
    hold = ownership.visit(layout.folder)
    if hold is None:
        return None
    found = read_pid_file(layout.cluster)
    if found is None or found.status != "ready":
        hold.release()
        return None
    return RunningPostgres(
        socket_dir=found.socket_dir,
        port=found.port,
        data_dir=layout.folder,
        hold=hold,
        process=None,
    )


def _start_as_owner(layout: Layout, hold: Hold, binaries: Path | None, settings: Mapping[str, str]) -> RunningPostgres:
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("start PostgreSQL from the main thread: it dies with the thread that started it")
    programs = locate(layout.cluster, binaries)
    _wait_for_orphan(layout)
    identity = choose(layout.cluster, programs)
    hand_over(layout.folder, identity)
    socket_dir = layout.socket_dir()
    prepare_socket_dir(socket_dir, identity)
    if not layout.cluster.exists():
        initialise(layout, programs, identity, durable=settings.get("fsync") != "off")
    clear_stale_pid_file(layout.cluster)
    process = _launch(layout, programs, identity, {**settings, "unix_socket_directories": _quoted(socket_dir)})
    return RunningPostgres(socket_dir=socket_dir, port=PORT, data_dir=layout.folder, hold=hold, process=process)


def _wait_for_orphan(layout: Layout) -> None:
    """The server of an owner that was killed is stopping by itself; one that stays was started by hand."""
    if wait_until(lambda: read_pid_file(layout.cluster) is None, seconds=_ORPHAN_PATIENCE):
        return
    raise PostgresStartFailed(f"a PostgreSQL server that idp did not start runs on {layout.cluster}; stop it first")


def _launch(
    layout: Layout, programs: Binaries, identity: Identity, settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    deadline = time.monotonic() + _ORPHAN_PATIENCE
    while True:
        with open_log(layout.log) as log:
            begun = log.tell()
            process = spawn(_server(layout, programs, identity, settings, log.fileno()))
        if _became_ready(layout, process):
            return process
        cause = cause_in(layout.log, begun)
        if _NO_SPACE_YET not in cause or time.monotonic() > deadline:
            raise PostgresStartFailed(f"PostgreSQL {programs.major} did not start: {cause} (log: {layout.log})")
        time.sleep(0.1)


def _server(layout: Layout, programs: Binaries, identity: Identity, settings: Mapping[str, str], output: int) -> Child:
    options = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    return Child(
        name="postgres",
        argv=[programs.postgres, "-D", str(layout.cluster), *options],
        env=plain_environment(),
        folder=layout.folder,
        identity=identity.spec,
        parting_signal=signal.SIGINT,
        output=output,
    )


def _became_ready(layout: Layout, process: subprocess.Popen[bytes]) -> bool:
    def settled() -> bool:
        found = read_pid_file(layout.cluster)
        return process.poll() is not None or (
            found is not None and found.pid == process.pid and found.status == "ready"
        )

    if not wait_until(settled, seconds=_START_PATIENCE, pause=0.002):
        end(process, _STOP)
        raise PostgresStartFailed(f"PostgreSQL was not ready after {_START_PATIENCE:.0f} seconds (log: {layout.log})")
    return process.poll() is None


def _quoted(directory: Path) -> str:
    """`unix_socket_directories` is a list: unquoted, a comma in the path would split it."""
    return '"' + str(directory).replace('"', '""') + '"'


def _shut_the_door(folder: Path) -> Hold | None:
    doors: list[Hold] = []

    def shut() -> bool:
        door = ownership.without_guests(folder)
        doors.extend([door] if door is not None else [])
        return door is not None

    wait_until(shut, seconds=_GUEST_PATIENCE)
    return doors[0] if doors else None
