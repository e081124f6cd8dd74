"""`idp migrate`: the schema, brought to this version by its owner."""

import asyncio
import os
from contextlib import ExitStack

import typer

from idp.commands.complaint import complain
from idp.commands.output import Json, tell
from idp.composition import clock
from idp.server.schema import NO_DATABASE, prepared, start_embedded
from idp.settings import Settings


def run(*, as_json: Json = False) -> None:
    """Apply what is missing; safe while the previous version still serves."""
    applied: list[str] = []
    try:
        settings = Settings.load(os.environ)
        with ExitStack() as stack, asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            started = None if settings.database_url else stack.enter_context(start_embedded(settings))
            runner.run(prepared(settings, started, clock(), applied.append))
    except NO_DATABASE as refusal:
        complain(str(refusal))
        raise typer.Exit(1) from None
    text = "\n".join(f"applied {name}" for name in applied) or "Nothing to do: the schema is this version's."
    tell({"applied": applied}, lambda: text, as_json=as_json)
