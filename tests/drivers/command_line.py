"""The command line in this process, against the database of one test: what it prints, and how it ends.

ran = await idp("user", "add", "alice", "--json", stdin="correct horse battery staple")
assert ran.status == 0 and ran.json["username"] == "alice"
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest import mock

from idp.commands.tree import command_line
from tests.drivers.database import FreshDatabase

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The one document that was printed."""
        assert self.status == 0, self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The one line on stderr of a command that did nothing."""
        assert self.status == 1, f"{self.status}: {self.out}{self.err}"
        assert self.out == ""
        assert self.err.startswith("idp: ")
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("idp: ").rstrip("\n")


class CommandLine:
    """Called with arguments; the environment is that of the database and nothing else of ours."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)

    async def __call__(self, *arguments: str, stdin: str = "") -> Ran:
        return await asyncio.to_thread(self._run, arguments, stdin)

    def _run(self, arguments: tuple[str, ...], stdin: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        others = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
        with (
            mock.patch.dict(os.environ, {**others, **self.environ}, clear=True),
            mock.patch.object(sys, "stdin", io.StringIO(stdin)),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            status = _status(arguments)
        return Ran(status=status, out=out.getvalue(), err=err.getvalue())


def of_database(fresh: FreshDatabase) -> CommandLine:
    """The command line of an operator of this database."""
    return CommandLine(
        {
            "IDP_DATABASE_URL": fresh.server.expose(),
            "IDP_DATABASE_OWNER_URL": fresh.owner.expose(),
            "IDP_KEYS_DIR": str(fresh.keys),
            "IDP_HASH_QUEUE": "1000",
        }
    )


def _status(arguments: tuple[str, ...]) -> int:
    try:
        command_line(arguments)(list(arguments), prog_name="idp")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
