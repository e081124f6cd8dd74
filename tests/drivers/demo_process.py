"""`idp demo` as a process of its own, started and stopped as a person does it.

async with demo_process(folder) as demo:
    demo.told["issuer"]                             # demo.json
    await idp(folder, "user", "list", "--json")     # a command beside it
    assert await demo.interrupted() == []           # Ctrl-C; what was left running
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.drivers.server import bound_sockets

START_SECONDS = 60
END_SECONDS = 30
POLL_SECONDS = 0.05
KILLED_LATER = 5
IDP = (sys.executable, "-m", "idp")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProcess:
    """A demo that said it is ready."""

    process: Process
    told: Mapping[str, Any]
    """What stands in demo.json."""
    log: Path

    def said(self) -> str:
        """All that it wrote to its terminal."""
        return self.log.read_text()

    def family(self) -> list[psutil.Process]:
        """It and everything that it started, PostgreSQL too."""
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    async def interrupted(self) -> Sequence[psutil.Process]:
        """Ctrl-C. Waits for the end, and returns what is still running of all that it had started."""
        family = self.family()
        self.process.send_signal(signal.SIGINT)
        await asyncio.wait_for(self.process.wait(), END_SECONDS)
        return [each for each in family if each.is_running()]


def environment(**ours: str) -> dict[str, str]:
    """This process's own, without any setting of the provider, and these."""
    return {name: value for name, value in os.environ.items() if not name.startswith("IDP_")} | ours


async def idp(folder: Path, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    """Call a command on the running demo of that folder; gives what it printed as JSON."""
    env = environment(IDP_DATA_DIR=str(folder))
    process = await asyncio.create_subprocess_exec(*IDP, *arguments, env=env, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    printed, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    return json.loads(printed)


@asynccontextmanager
async def demo_process(folder: Path, *options: str) -> AsyncIterator[DemoProcess]:
    """Start it on free ports with all its state in `folder`, and wait until it is ready."""
    ports = await asyncio.to_thread(_free_ports)
    arguments = ("demo", "--data", str(folder), "--port", str(ports[0]), "--rp-port", str(ports[1]))
    log = folder.with_suffix(".log")
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *IDP, *arguments, *options, env=environment(), stdin=DEVNULL, stdout=said, stderr=said
        )
    try:
        await _ready(process, folder / "demo.json", log)
        yield DemoProcess(process=process, told=json.loads((folder / "demo.json").read_text()), log=log)
    finally:
        await _ended(process)


def _free_ports() -> list[int]:
    """Two ports that were free a moment ago."""
    pairs = [bound_sockets() for _ in range(2)]
    ports = [pair[0].getsockname()[1] for pair in pairs]
    for each in (one for pair in pairs for one in pair):
        each.close()
    return ports


async def _ready(process: Process, path: Path, log: Path) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not path.exists():
            assert process.returncode is None, log.read_text()
            await asyncio.sleep(POLL_SECONDS)


async def _ended(process: Process) -> None:
    """However the test ended, nothing stays behind; a kill is the last resort."""
    if process.returncode is None:
        process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), END_SECONDS)
    if process.returncode is None:
        process.kill()
        await asyncio.wait_for(process.wait(), KILLED_LATER)
