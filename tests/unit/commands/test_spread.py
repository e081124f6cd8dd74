"""A dataclass of options is spread over the command line and put together again."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer

from idp.commands.spread import spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Two of them."""

    colour: Annotated[str | None, typer.Option("--colour")] = None
    often: Annotated[list[str] | None, typer.Option("--often")] = None


def ran(*arguments: str) -> tuple[int, str]:
    """The status and what was printed."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    @app.command()
    @spread
    def paint(thing: str, options: Options, *, twice: bool = False) -> None:
        """Paint."""
        typer.echo(f"{thing} {options.colour} {options.often} {twice}")

    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as end:
        app(list(arguments), prog_name="paint")
    assert isinstance(end.value.code, int)
    return end.value.code, out.getvalue()


def test_options_come_back_as_one_value() -> None:
    arguments = ["--colour", "red", "door", "--often", "a", "--often", "b", "--twice"]
    assert ran(*arguments) == (0, "door red ['a', 'b'] True\n")


def test_defaults_are_those_of_the_fields() -> None:
    assert ran("door") == (0, "door None None False\n")


def test_help_lists_them_and_a_mistake_is_told() -> None:
    assert "--colour" in ran("--help")[1]
    assert ran("door", "--taste", "sour")[0] == 2
    assert ran()[0] == 2
