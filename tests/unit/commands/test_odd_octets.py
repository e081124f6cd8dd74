"""What comes from a shell in other octets than UTF-8: one line, and nothing is done."""

import io
import os
import subprocess
import sys

import pytest
import typer

from idp.commands import typed


@pytest.mark.parametrize("arguments", [["user", "list"], ["client", "show"], ["policy", "set", "server"]])
def test_an_argument_that_is_no_text_is_refused(arguments: list[str]) -> None:
    """A real process: such octets exist only outside of Python."""
    command = [os.fsencode(each) for each in (sys.executable, "-m", "idp", *arguments)]
    ran = subprocess.run([*command, b"caf\xe9"], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert ran.stderr == b"idp: an argument is not UTF-8\n"


def test_a_password_that_is_no_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"correct horse caf\xe9\n"), encoding="utf-8"))
    with pytest.raises(typer.BadParameter, match="not UTF-8"):
        typed.new_password("alice")
