"""`idp demo`: everything at once on this machine, with people and apps to try it with."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import typer

from idp.commands.complaint import complain
from idp.commands.output import Json, table, tell
from idp.commands.serve import CANNOT_SERVE
from idp.commands.serving import Service, our_child, serve
from idp.composition import CANNOT_START, clock, open_services
from idp.demo import kept
from idp.demo.party import told
from idp.demo.setup import Demo, set_up
from idp.server.listeners import Listeners, open_listeners
from idp.server.processes import Child
from idp.settings import Settings

LOOPBACK = "127.0.0.1"
TAKEN = ("IDP_KEYS_DIR", "IDP_LOG_LEVEL", "IDP_PASSWORD_HASH", "IDP_POSTGRES_BIN", "IDP_WORKERS")
"""Settings that the demo takes from outside; it chooses all others, so that it touches nothing but its folder."""


def run(
    data: Annotated[Path, typer.Option("--data", help="Folder for everything that is kept.")] = Path(".data/demo"),
    port: Annotated[int, typer.Option("--port", help="Of the provider, on localhost.")] = 8000,
    rp_port: Annotated[int, typer.Option("--rp-port", help="Of the relying app, on 127.0.0.1.")] = 8001,
    *,
    as_json: Json = False,
) -> None:
    """Start everything with demo data: a database, the provider, a relying app on another site. Loopback only."""
    try:
        with ExitStack() as stack:
            party = stack.enter_context(open_listeners(LOOPBACK, rp_port, workers=1))
            mail = stack.enter_context(open_listeners(LOOPBACK, 0, workers=1))
            kept.put_aside(data)
            stack.callback(kept.put_aside, data)
            environ = environment(os.environ, data, port, mail.port)
            stage = _Stage(folder=data, environ=environ, party=party, mail=mail, as_json=as_json)
            status = serve(stage.service())
    except (*CANNOT_SERVE, *CANNOT_START) as refusal:
        complain(str(refusal))
        status = 1
    raise typer.Exit(status)


def environment(environ: Mapping[str, str], data: Path, port: int, mail_port: int) -> dict[str, str]:
    """The environment of all its processes, with the demo's settings."""
    ours = {name: value for name, value in environ.items() if not name.startswith("IDP_") or name in TAKEN}
    ours.setdefault("IDP_LOG_LEVEL", "warning")
    return ours | {
        "IDP_ISSUER": f"http://localhost:{port}",
        "IDP_LISTEN": f"localhost:{port}",
        "IDP_DATA_DIR": str(data.absolute()),
        "IDP_SMTP_URL": f"smtp://{LOOPBACK}:{mail_port}",
        "IDP_SMTP_FROM": "sign-in@example.com",
    }


@dataclass(slots=True, kw_only=True)
class _Stage:
    folder: Path
    environ: Mapping[str, str]
    party: Listeners
    mail: Listeners
    as_json: bool
    demo: Demo | None = field(default=None, init=False)

    @property
    def base_url(self) -> str:
        """Of the relying app: an address, where the provider has a name, so that browsers see two sites."""
        return f"http://{LOOPBACK}:{self.party.port}"

    def service(self) -> Service:
        return Service(
            environ=self.environ, companions=self._companions, listeners=(self.party, self.mail), ready=self._ready
        )

    def _companions(self, settings: Settings) -> Sequence[Child]:
        with asyncio.Runner() as runner:
            self.demo = runner.run(self._set_up(settings))
        fds, (mail,) = self.party.fds(0), self.mail.fds(0)
        env = {**self.environ, **told(self.demo, settings.issuer, self.base_url, mail)}
        child = our_child("relying-party", "relying-party", *map(str, fds), env=env)
        return [replace(child, pass_fds=(*fds, mail), reports_ready=True)]

    async def _set_up(self, settings: Settings) -> Demo:
        _link_keys(self.folder, settings.keys_folder)
        before = kept.taken_up(self.folder)
        silent = settings.model_copy(update={"smtp_url": None, "smtp_from": None})  # what is made here is no news
        async with open_services(silent, pool_size=2) as services:
            return await set_up(services, self.base_url, before, clock())

    def _ready(self, settings: Settings) -> None:
        if self.demo is not None:
            demo, document = self.demo, document_of(self.demo, settings, self.base_url)
            path = kept.write(self.folder, document)
            tell(document, lambda: welcome(demo, settings, self.base_url, path), as_json=self.as_json)
            sys.stdout.flush()


def document_of(demo: Demo, settings: Settings, base_url: str) -> dict[str, object]:
    """What demo.json holds."""
    accounts = [
        {
            "username": person.username,
            "password": person.password,
            "note": person.note,
            **({"totp_secret": person.totp_secret} if person.totp_secret else {}),
            **({"recovery_codes": demo.recovery_codes[person.username]} if person.totp_secret else {}),
        }
        for person in demo.people
    ]
    clients = [
        {
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "redirect_uris": [client.redirect_uri(base_url)] if "openid" in client.scopes else [],
            "note": client.note,
        }
        for client in demo.clients
    ]
    return {
        "issuer": str(settings.issuer),
        "rp": base_url,
        "database_url": settings.database_url.expose() if settings.database_url else None,
        "keys_dir": str(settings.keys_folder.absolute()),
        "accounts": accounts,
        "clients": clients,
    }


def welcome(demo: Demo, settings: Settings, base_url: str, path: Path) -> str:
    """Where to click, and as whom."""
    people = table(
        ("user", "password", ""),
        [[person.username, person.password, person.note] for person in demo.people],
        empty="",
    )
    indented = "\n".join(f"  {line}" for line in people.splitlines())
    return f"""
The demo is ready. Open the relying app, choose an app in it and sign in:

  {base_url}

Its provider is {settings.issuer}. People you can be:

{indented}

The relying app shows these again, with bob's code of the moment, and the mail that people get.
Secrets stand in {path}.
Ctrl-C stops everything; what you did is there again at the next start.
"""


def _link_keys(folder: Path, keys: Path) -> None:
    """Let `IDP_DATA_DIR=DIR idp …` find keys that are kept elsewhere."""
    usual = folder / "keys"
    if keys.absolute() == usual.absolute():
        return
    if usual.is_symlink():
        usual.unlink()
    if not usual.exists():
        usual.symlink_to(keys.absolute())
