"""Changes the code that lets people in, one small change at a time, and expects the unit tests to notice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.code import ROOT

SCORE_MIN = 0.95
NOTICED = ("killed", "timeout", "segfault")


@pytest.mark.long
def test_the_unit_tests_notice_changes_of_login_policy_and_authenticators() -> None:
    """pyproject.toml says what is mutated; `mutmut results` then names the survivors."""
    mutmut = Path(sys.executable).with_name("mutmut")
    subprocess.run([mutmut, "run", "--max-children", "2"], cwd=ROOT, check=True)
    subprocess.run([mutmut, "export-cicd-stats"], cwd=ROOT, check=True)
    counts: dict[str, int] = json.loads((ROOT / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    assert counts["total"] > 0
    assert sum(counts[kind] for kind in NOTICED) / (counts["total"] - counts["skipped"]) >= SCORE_MIN
