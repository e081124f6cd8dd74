"""`idp serve`: the provider, its database where that is embedded, its workers and its jobs, under one supervisor."""

import os

import typer

from idp.commands.complaint import complain
from idp.commands.serving import Service, ready_line, serve
from idp.server.listeners import ListenFailed
from idp.server.schema import NO_DATABASE, NO_KEYS
from idp.server.tls import TlsFailed

CANNOT_SERVE = (*NO_DATABASE, NO_KEYS, ListenFailed, TlsFailed)


def run() -> None:
    """Run the provider until it is told to stop. Settings come from IDP_… variables."""
    service = Service(
        environ=os.environ,
        ready=lambda settings: complain(ready_line(settings)),
        report=lambda name: complain(f"migrated: {name}"),
    )
    try:
        status = serve(service)
    except CANNOT_SERVE as refusal:
        complain(str(refusal))
        status = 1
    raise typer.Exit(status)
