"""The wheel holds all that runs (templates and migrations under `idp/`), and nothing of the tests."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from tests.house.code import ROOT, tracked_files

PLACES = {"templates/": "idp/templates/", "migrations/": "idp/migrations/", "idp/": "idp/"}


def test_the_wheel_holds_every_file_that_runs_and_no_other(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {
        inside + path.removeprefix(folder)
        for path in tracked_files()
        for folder, inside in PLACES.items()
        if path.startswith(folder)
    }
    assert packed == wanted
