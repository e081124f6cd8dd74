"""`idp serve`: the provider, its database where that is embedded, its workers and its jobs, under one supervisor."""

import os
import sys

import typer

from idp.commands.complaint import complain
from idp.commands.output import Json, tell
from idp.commands.serving import Service, ready_line, serve
from idp.server.listeners import ListenFailed
from idp.server.schema import NO_DATABASE, NO_KEYS
from idp.server.tls import TlsFailed
from idp.settings import Settings

CANNOT_SERVE = (*NO_DATABASE, NO_KEYS, ListenFailed, TlsFailed)


def run(*, as_json: Json = False) -> None:
    """Run the provider until it is told to stop. Settings come from IDP_… variables."""
    service = Service(
        environ=os.environ,
        ready=_document if as_json else lambda settings: complain(ready_line(settings)),
        report=lambda name: complain(f"migrated: {name}"),
    )
    try:
        status = serve(service)
    except CANNOT_SERVE as refusal:
        complain(str(refusal))
        status = 1
    raise typer.Exit(status)


def _document(settings: Settings) -> None:
    """Said once, when everything serves, to whatever started it and waits."""
    listen = f"{settings.listen.host}:{settings.listen.port}"
    tell({"issuer": str(settings.issuer), "listen": listen, "workers": settings.workers}, str, as_json=True)
    sys.stdout.flush()
