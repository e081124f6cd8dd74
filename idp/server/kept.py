"""One child that is kept alive: when it is started again, and when that is given up."""

import subprocess
import time
from dataclasses import dataclass

from idp.server.processes import Child, spawn

CANNOT_START = 78  # EX_CONFIG of sysexits.h: a child that ends so has said why, and would say it again
_QUICK = 10.0  # seconds; a child that lived shorter than this died at its start
_PAUSES = (0.0, 0.25, 0.5, 1.0)  # seconds before the next try, by quick deaths in a row; one death more is given up


class GivenUp(Exception):
    """Something could not be kept alive; the message is one line for the operator."""


@dataclass(slots=True)
class Kept:
    """A child, its process while there is one, and its history of quick deaths."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    due: float = 0.0
    """When to start it, by the monotonic clock, while there is no process."""
    _born: float = 0.0
    _quick_deaths: int = 0

    def tend(self) -> str | None:
        """Note an end, start when due; returns a line worth saying. Raises `GivenUp`."""
        if self.process is not None and self.process.poll() is not None:
            return self._ended(self.process.returncode)
        if self.process is None and time.monotonic() >= self.due:
            self._born = time.monotonic()
            self.process = spawn(self.child)
        return None

    def _ended(self, status: int) -> str:
        now = time.monotonic()
        self.process = None
        how = (
            f"{self.child.name} was ended by signal {-status}" if status < 0 else f"{self.child.name} ended ({status})"
        )
        if status == CANNOT_START:
            raise GivenUp(f"{self.child.name} cannot start: see its line above")
        self._quick_deaths = self._quick_deaths + 1 if now - self._born < _QUICK else 0
        if self._quick_deaths > len(_PAUSES):
            raise GivenUp(f"{how}, {self._quick_deaths} times in a row soon after its start: giving up")
        self.due = now + (_PAUSES[self._quick_deaths - 1] if self._quick_deaths else 0.0)
        return f"{how}; starting it again"
