"""Every command is listed, and only what is called is imported, so that help and serve start at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from idp.commands.tree import NOUNS, VERBS

HEAVY = ("asyncpg", "cryptography", "starlette", "joserfc", "pydantic")

LOADED = """
import sys
sys.argv = ["idp", *{arguments!r}]
from idp.__main__ import main
try:
    main()
except SystemExit:
    pass
print("LOADED", *sorted(name for name in sys.modules if "." not in name or name.startswith("idp.commands.")))
"""


def loaded(*arguments: str) -> set[str]:
    """The modules that such a command has imported when it ends."""
    code = LOADED.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("LOADED ")[2].split())


def test_help_imports_nothing_heavy() -> None:
    assert loaded("--help") & set(HEAVY) == set()


@pytest.mark.parametrize("name", [*NOUNS, *VERBS])
def test_each_command_imports_its_own_module_alone(name: str) -> None:
    modules = {module.removeprefix("idp.commands.") for module in loaded(name, "--help") if "idp.commands." in module}
    assert name in modules
    assert modules & ({*NOUNS, *VERBS} - {name, "serve"}) == set()


def test_the_supervisor_imports_no_web() -> None:
    """It waits for children; what it imports, every start waits for."""
    assert loaded("serve", "--help") & {"starlette", "uvicorn", "jinja2", "structlog"} == set()
