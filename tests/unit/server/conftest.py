"""Folders for the launcher's tests. Each test starts and stops the server itself; the data folder is made once."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from idp.server import postgres
from tests.drivers.other_process import OtherProcess


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that any user may pass through, unlike those of tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="idp-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def data_dir(open_folder: Path) -> Path:
    """A data folder made once and stopped; a test that starts it leaves it stopped."""
    folder = open_folder / "postgres"
    postgres.start(folder, durable=False).stop()
    return folder


@pytest.fixture
def other() -> Iterator[Callable[[str], OtherProcess]]:
    """Start other processes that are gone when the test ends."""
    running: list[OtherProcess] = []

    def run(code: str) -> OtherProcess:
        running.append(OtherProcess(code))
        return running[-1]

    yield run
    for process in running:
        process.kill()
