"""Starting and ending child processes. Knows nothing of PostgreSQL or of workers; `child` runs inside them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_CHILD_SCRIPT = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A program to run as our child: in a session of its own, so that Ctrl-C in a terminal reaches only its parent."""

    name: str
    argv: Sequence[str]
    """The first item is an absolute path: `PATH` is not searched."""
    env: Mapping[str, str] | None = None
    """The whole environment; None hands on ours."""
    pass_fds: tuple[int, ...] = ()
    folder: Path | None = None
    identity: str = "-"
    """See `child.assume`."""
    parting_signal: signal.Signals = signal.SIGKILL
    """What the child gets when we die without having stopped it."""
    output: IO[bytes] | int | None = None
    """Where its stdout and stderr go; None leaves ours."""
    reports_ready: bool = False
    """Whether it calls `readiness.report_ready` once it serves."""


def spawn(child: Child) -> subprocess.Popen[bytes]:
    """Start the child. The kernel ties it to the calling *thread*: call from one that lives as long as the process."""
    return subprocess.Popen(
        [
            *(sys.executable, "-I", "-S", str(_CHILD_SCRIPT)),
            *(str(os.getpid()), str(int(child.parting_signal)), child.identity, str(child.folder or Path.cwd())),
            *child.argv,
        ],
        stdin=subprocess.DEVNULL,
        stdout=child.output,
        stderr=None if child.output is None else subprocess.STDOUT,
        env=child.env,
        pass_fds=child.pass_fds,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> int:
    """Send each signal in turn, waiting the given seconds after each, then SIGKILL; returns the exit status."""
    for number, patience in steps:
        process.send_signal(number)
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    return process.wait()


def wait_until(condition: Callable[[], bool], *, seconds: float, pause: float = 0.01) -> bool:
    """Poll until the condition holds or the time is over; returns whether it held. The pause grows with the waiting."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.2, 0.1)
    return True


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists, ours or not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
