"""Python code in a process of its own, which a test talks to over its standard input and output."""

import subprocess
import sys


class OtherProcess:
    """Runs at once. In the code, `say(*words)` sends a line here, and `input()` waits for `go()` here."""

    def __init__(self, code: str) -> None:
        head = "def say(*words): print(*words, flush=True)\n"
        self._process = subprocess.Popen(
            [sys.executable, "-c", head + code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def line(self) -> str:
        """The next line it says; empty when it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self) -> int:
        """The exit status."""
        return self._process.wait(timeout=60)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()
