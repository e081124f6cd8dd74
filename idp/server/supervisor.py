"""The process behind `idp serve`: owns the embedded database server and keeps workers and the jobs process alive.

What children do, and how the schema is migrated, comes in as arguments. It handles no request, opens no database
connection and has one thread, so it outlives what can go wrong. It ends children first and PostgreSQL last. When it is
killed itself, the kernel ends its children (see `child`).
"""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from idp.server.failure import PostgresStartFailed
from idp.server.kept import CANNOT_START, GivenUp, Kept
from idp.server.listeners import Listeners
from idp.server.postgres import RunningPostgres
from idp.server.processes import Child
from idp.server.readiness import ReadyPipe

__all__ = ["CANNOT_START", "Child", "Plan", "supervise"]

_GRACE = 15.0  # seconds from SIGTERM to SIGKILL; workers give open requests 10
_LOOK_AGAIN = 1.0  # seconds between looks at what sends no signal: a database server that another process started
_LOOK_SOON = 0.02  # seconds, while children start or end
_STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to keep alive. All callables run in the main thread."""

    start_database: Callable[[], RunningPostgres] | None
    """None where the database is someone else's. Called again whenever its server is gone."""
    prepare: Callable[[RunningPostgres | None], Sequence[Child]]
    """Migrate, and name the children to run; after the database, before any child."""
    listeners: Listeners | None = None
    """Closed when the end begins, so that new connections are refused while open requests finish."""
    ready: Callable[[], None] = lambda: None
    """Called once, when every child that reports has reported."""
    say: Callable[[str], None] = _say
    """Takes one line for the operator."""


def supervise(plan: Plan) -> int:
    """Run until told to stop (SIGTERM, SIGINT, SIGHUP) or something cannot be kept alive; returns the exit status.

    What the callables raise while starting is raised again, once what had started is stopped.
    """
    with _stoppable_while_starting(), ExitStack() as stack:
        supervisor = _Supervisor(plan)
        stack.callback(supervisor.stop_database)
        supervisor.start_database()
        children = plan.prepare(supervisor.database)
        with _signals_kept_for_later():
            return supervisor.run(children)


class _Supervisor:
    def __init__(self, plan: Plan) -> None:
        self.database: RunningPostgres | None = None
        self._plan = plan
        self._kept: list[Kept] = []
        self._pipe = ReadyPipe()
        self._awaited: set[str] | None = None  # None once all have reported

    def start_database(self) -> None:
        if self._plan.start_database is not None:
            self.database = self._plan.start_database()

    def stop_database(self) -> None:
        if self.database is not None:
            self.database.stop()

    def run(self, children: Sequence[Child]) -> int:
        self._awaited = {child.name for child in children if child.reports_ready}
        self._kept = [Kept(self._pipe.given_to(child) if child.reports_ready else child) for child in children]
        try:
            while not _told_to_stop(self._pause()):
                self._look()
        except GivenUp as reason:
            self._plan.say(str(reason))
            return 1
        finally:
            self._end_children()
        return 0

    def _pause(self) -> float:
        if self._awaited is not None:
            return _LOOK_SOON
        due = [kept.due - time.monotonic() for kept in self._kept if kept.process is None]
        return max(_LOOK_SOON, min([*due, _LOOK_AGAIN]))

    def _look(self) -> None:
        if self.database is not None and not self.database.is_running():
            self._replace_database()
        for kept in self._kept:
            line = kept.tend()
            if line is not None:
                self._plan.say(line)
        if self._awaited is not None and self._awaited <= self._pipe.ready():
            self._awaited = None
            self._plan.ready()

    def _replace_database(self) -> None:
        self._plan.say("the database server is gone; starting it again")
        self.stop_database()
        try:
            self.start_database()
        except PostgresStartFailed as error:
            raise GivenUp(str(error)) from error

    def _end_children(self) -> None:
        """SIGTERM for all at once; SIGKILL after the grace, or when told to stop a second time."""
        if self._plan.listeners is not None:
            self._plan.listeners.close()
        processes = [kept.process for kept in self._kept if kept.process is not None]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + _GRACE
        while any(process.poll() is None for process in processes):
            if _told_to_stop(_LOOK_SOON) or time.monotonic() > deadline:
                for process in processes:
                    process.kill()
        self._pipe.close()


def _told_to_stop(seconds: float) -> bool:
    """Wait for a signal, a child's end among them; returns whether it says stop."""
    with suppress(InterruptedError):
        caught = signal.sigtimedwait(_STOP_SIGNALS | {signal.SIGCHLD}, seconds)
        return caught is not None and caught.si_signo in _STOP_SIGNALS
    return False


@contextmanager
def _stoppable_while_starting() -> Iterator[None]:
    """Until the loop takes over, a signal unwinds the stack, so that the database is stopped properly."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)  # what a shell reports of a process that the signal ended

    before = {number: signal.signal(number, leave) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _signals_kept_for_later() -> Iterator[None]:
    """Blocked signals wait for `sigtimedwait`: no handler runs in the middle of something. `child` unblocks them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS | {signal.SIGCHLD})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
