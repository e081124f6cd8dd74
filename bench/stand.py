"""The thing measured: `idp serve` on its embedded PostgreSQL with default durability, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

READY_PATIENCE = 60.0
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """Seconds of CPU that the server's processes and the database's have used since they began."""

    server: float
    """Without `hashing`."""
    hashing: float
    """Of the server's threads beside the main ones: nothing but password hashes runs there."""
    database: float

    def since(self, earlier: Self) -> Self:
        """What was used between two readings."""
        return type(self)(
            server=self.server - earlier.server,
            hashing=self.hashing - earlier.hashing,
            database=self.database - earlier.database,
        )


class Stand:
    """One running provider. A context manager; `restart` begins again on the same data."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.folder = Path(tempfile.mkdtemp(prefix="idp-bench-"))
        self.port = _free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.environ = {
            "PATH": os.environ["PATH"],
            "IDP_ISSUER": self.issuer,
            "IDP_LISTEN": f"127.0.0.1:{self.port}",
            "IDP_DATA_DIR": str(self.folder),
            "IDP_WORKERS": str(workers),
            "IDP_LOG_LEVEL": "warning",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> float:
        """Start it; seconds until discovery answers."""
        begun = time.perf_counter()
        command = [sys.executable, "-m", "idp", "serve"]
        self._process = subprocess.Popen(command, env=self.environ, stdout=subprocess.DEVNULL)
        while not _answers(self.port):
            if self._process.poll() is not None or time.perf_counter() - begun > READY_PATIENCE:
                raise SystemExit("idp serve did not start")
            time.sleep(0.01)
        return time.perf_counter() - begun

    def stop(self) -> None:
        """End it, as an operator would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)
            self._process = None

    def cpu(self) -> Cpu:
        """The present reading."""
        server = hashing = database = 0.0
        for process in self._processes():
            for thread in process.threads():
                used = thread.user_time + thread.system_time
                if _is_database(process):
                    database += used
                elif thread.id == process.pid:
                    server += used
                else:
                    hashing += used
        return Cpu(server=server, hashing=hashing, database=database)

    def worker_memory(self) -> list[float]:
        """Resident megabytes of each worker."""
        workers = (process for process in self._processes() if "worker" in process.cmdline())
        return [process.memory_info().rss / MEGABYTE for process in workers]

    def _processes(self) -> list[psutil.Process]:
        if self._process is None:
            raise LookupError("it does not run")
        supervisor = psutil.Process(self._process.pid)
        return [supervisor, *supervisor.children(recursive=True)]


def _is_database(process: psutil.Process) -> bool:
    return process.name().startswith("postgres")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False
