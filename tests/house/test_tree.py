"""Looks at the tracked files as a stranger's machine will meet them: no host names, no paths of ours, honest locks."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.code import ROOT, tracked_files

# Written in parts, so that this file does not name what it forbids.
REGISTRIES = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs"),
        ("deb", "debian", "org"),
        ("repo1", "maven"),
    ]
]
MACHINE_PATHS = re.compile(r"/(" + "|".join(("w" + "ork", "r" + "oot", "tmp" + "/plan")) + r")/")
BINARY = {".png", ".ico", ".gz", ".woff2", ".mo"}
LOCKS = ("dev.txt", "local.txt", "runtime.txt")


def texts() -> list[tuple[str, str]]:
    files = [path for path in tracked_files() if Path(path).suffix not in BINARY]
    return [(path, (ROOT / path).read_text(encoding="utf-8")) for path in files]


def locked(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    pins = [re.match(r"([\w.-]+)==(\S+)", line) for line in lines]
    return {pin[1]: pin[2] for pin in pins if pin}


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is for the machine that installs them to say."""
    assert [path for path, text in texts() if any(host in text for host in REGISTRIES)] == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    assert [path for path, text in texts() if MACHINE_PATHS.search(text)] == []


def test_no_file_is_left_to_do() -> None:
    unfinished = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK")) + r")\b")
    assert [path for path, text in texts() if unfinished.search(text)] == []


def test_each_direct_dependency_says_why_it_is_here() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(project)["project"]["dependencies"]
    assert declared
    assert [
        name for name in declared if not re.search(rf'^    "{re.escape(name)}",\s+# \w', project, re.MULTILINE)
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_each_package_with_hashes_and_names_no_index(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    assert "--index-url" not in text
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_locks_agree_with_one_another() -> None:
    """`make run` and `make test` share one environment."""
    runtime, local, dev = locked("runtime.txt"), locked("local.txt"), locked("dev.txt")
    assert runtime.items() <= local.items() <= dev.items()


def test_the_locks_hold_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=!~\[; ]", name)[0].lower() for name in project["dependencies"]}
    extras = {
        re.split(r"[<>=!~\[; ]", name)[0].lower()
        for names in project["optional-dependencies"].values()
        for name in names
    }
    assert wanted <= locked("runtime.txt").keys()
    assert wanted | extras <= locked("dev.txt").keys()
