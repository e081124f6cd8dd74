"""How a child tells the supervisor that it serves: one line, its name, into an inherited pipe."""

import contextlib
import os
from dataclasses import replace

from idp.server.processes import Child

# No IDP_ name: those are settings, and an unknown one stops the start.
_PIPE = "READY_PIPE"
_NAME = "READY_NAME"


def report_ready() -> None:
    """Tell the supervisor, if there is one, that this process serves now. Later calls do nothing."""
    pipe = os.environ.pop(_PIPE, None)
    if pipe is None:
        return
    with contextlib.suppress(BrokenPipeError):
        os.write(int(pipe), f"{os.environ.pop(_NAME, '')}\n".encode())
    os.close(int(pipe))


class ReadyPipe:
    """The supervisor's end: which children have reported."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        self._said = b""

    def given_to(self, child: Child) -> Child:
        """The same child with the pipe in its hands."""
        env = dict(os.environ if child.env is None else child.env)
        env |= {_PIPE: str(self._write), _NAME: child.name}
        return replace(child, env=env, pass_fds=(*child.pass_fds, self._write))

    def ready(self) -> set[str]:
        """The names of all children that have reported so far."""
        with contextlib.suppress(BlockingIOError):
            while said := os.read(self._read, 4096):
                self._said += said
        return {line.decode() for line in self._said.split(b"\n")[:-1]}

    def close(self) -> None:
        """End the listening; a child that reports afterwards is not disturbed by it."""
        os.close(self._read)
        os.close(self._write)
