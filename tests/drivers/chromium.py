"""Finds the Chromium that the browser tests drive, or installs Debian's. Knows nothing of the pages.

Run as a script (by `make test`) it prints the path on standard output and what it does on standard error.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOLDERS_OF_PLAYWRIGHT = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
PATTERNS_OF_PLAYWRIGHT = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/chrome-*/*headless*shell",
)
MISSING = "no Chromium found: set CHROMIUM to one, or install it (Debian: apt-get install chromium)"


def find() -> Path | None:
    """`CHROMIUM` where it is set (it must then exist), a Chromium or Chrome on the path, or Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        if not os.access(named, os.X_OK):
            message = f"CHROMIUM names {named}, which cannot be run"
            raise SystemExit(message)
        return Path(named)
    for name in NAMES:
        if path := shutil.which(name):
            return Path(path)
    return _playwrights_own()


def needed() -> Path:
    """For fixtures: the path. Without one the test is skipped, saying why; where `CI` is set it fails."""
    path = find()
    if path is None and os.environ.get("CI"):
        pytest.fail(MISSING)
    return path or pytest.skip(MISSING)


def launch_arguments() -> list[str]:
    """As root Chromium refuses to start inside its own sandbox, and small machines lack /dev/shm."""
    arguments = ["--disable-dev-shm-usage"]
    return [*arguments, "--no-sandbox"] if os.geteuid() == 0 else arguments


def install() -> Path | None:
    """Debian's package, where apt-get is at hand and we are root or may become so without a password."""
    if shutil.which("apt-get") is None:
        return None
    become = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if become and not _may_become_root():
        return None
    _say("No Chromium here; installing Debian's …")
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    subprocess.run([*become, *environment, "apt-get", "update", "-qq"], stdout=sys.stderr, check=False)
    command = [*become, *environment, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    subprocess.run(command, stdout=sys.stderr, check=False)
    return find()


def _playwrights_own() -> Path | None:
    folders = (os.environ.get("PLAYWRIGHT_BROWSERS_PATH"), *FOLDERS_OF_PLAYWRIGHT)
    for folder in (Path(name).expanduser() for name in folders if name):
        for pattern in PATTERNS_OF_PLAYWRIGHT:
            runnable = [path for path in folder.glob(pattern) if os.access(path, os.X_OK)]
            if runnable:
                return max(runnable)
    return None


def _may_become_root() -> bool:
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def main() -> int:
    """0 with a path; without one 1 where `CI` is set, else 0 and an empty answer, so that browser tests are skipped."""
    path = find() or install()
    if path is not None:
        print(path)
        return 0
    _say(f"The browser tests cannot run: {MISSING}.")
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
