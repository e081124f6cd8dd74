"""`idp client`: registered clients. A secret is printed once, when it is made."""

from collections.abc import Mapping
from typing import Annotated

import typer

from idp.commands import registration_token
from idp.commands.call import change, read
from idp.commands.client_options import Core, Further
from idp.commands.output import Json, facts, table, tell
from idp.commands.spread import spread
from idp.oidc.client import Client
from idp.usecases import clients
from idp.usecases.client_description import described
from idp.usecases.clients import Kind, Registered
from idp.values.secrets import ClientSecret

app = typer.Typer(no_args_is_help=True)
app.add_typer(registration_token.app, name="registration-token", help="Tokens with which others register clients.")

Id = Annotated[str, typer.Argument(metavar="CLIENT", help="Client id.", show_default=False)]


@app.command()
@spread
def add(
    client_id: Id,
    core: Core,
    further: Further,
    kind: Annotated[Kind, typer.Option("--kind", help="What sort of program it is.")] = "web",
    *,
    as_json: Json = False,
) -> None:
    """Register a client: web (keeps a secret), spa and native (public, PKCE), or machine (acts for itself)."""
    metadata = core.metadata(further.said())
    made = change(lambda unit: clients.add(unit, client_id, kind, metadata))
    _tell_secret(made, f"Registered {made.client.client_id}.", as_json=as_json)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the clients."""
    found = read(lambda services, _: clients.list_clients(services))
    documents = [_document(client) for client in found]
    rows = [[each.client_id, each.name, each.client_type, _status(each), each.redirect_uris] for each in found]
    heads = ("client", "name", "type", "status", "redirect URIs")
    tell(documents, lambda: table(heads, rows, empty="No clients."), as_json=as_json)


@app.command()
def show(client_id: Id, *, as_json: Json = False) -> None:
    """Show one client, without its secrets."""
    shown = read(lambda services, _: clients.show(services, client_id))
    document = {**_document(shown.client), "secrets_made_at": list(shown.secrets_made)}
    tell(document, lambda: facts(document.items()), as_json=as_json)


@app.command("set")
@spread
def set_(client_id: Id, core: Core, further: Further, *, as_json: Json = False) -> None:
    """Change what is said; an option that may be repeated replaces the whole list ("" empties it)."""
    metadata = core.metadata(further.said())
    changed = change(lambda unit: clients.change(unit, client_id, metadata))
    differs, secret = changed.differs, _secret(changed.secret)
    text = f"Changed {client_id}.\n{facts([*differs.items(), *secret.items()])}{_warning(changed.secret)}"
    document = {"client_id": client_id, "changed": dict(differs), **secret}
    tell(document, lambda: text if differs else "Nothing differs; nothing was changed.", as_json=as_json)


@app.command()
def rotate_secret(
    client_id: Id,
    *,
    revoke_old: Annotated[bool, typer.Option("--revoke-old", help="End the present secrets at once.")] = False,
    as_json: Json = False,
) -> None:
    """Make a new secret. The one before it works on until the next rotation."""
    made = change(lambda unit: clients.rotate_secret(unit, client_id, revoke_old=revoke_old))
    after = "Older secrets have ended." if revoke_old else "The secret before it works on until the next rotation."
    _tell_secret(made, f"Made a new secret for {client_id}. {after}", as_json=as_json)


@app.command()
def disable(client_id: Id, *, as_json: Json = False) -> None:
    """Serve the client no more; its registration stays."""
    _set_active(client_id, active=False, as_json=as_json)


@app.command()
def enable(client_id: Id, *, as_json: Json = False) -> None:
    """Serve a disabled client again."""
    _set_active(client_id, active=True, as_json=as_json)


@app.command()
def remove(client_id: Id, *, as_json: Json = False) -> None:
    """End its registration, and with it every grant and consent that it has."""
    change(lambda unit: clients.remove(unit, client_id))
    tell({"client_id": client_id, "removed": True}, lambda: f"Removed {client_id}.", as_json=as_json)


def _set_active(client_id: str, *, active: bool, as_json: bool) -> None:
    changed = change(lambda unit: clients.set_active(unit, client_id, active=active))
    status = "active" if active else "disabled"
    text = f"{client_id} is {status} now." if changed else f"{client_id} was {status} already."
    tell({"client_id": client_id, "status": status, "changed": changed}, lambda: text, as_json=as_json)


def _tell_secret(made: Registered, text: str, *, as_json: bool) -> None:
    document = {"client_id": made.client.client_id, **_secret(made.secret), **described(made.client)}
    tell(document, lambda: f"{text}\n\n{facts(document.items())}\n{_warning(made.secret)}", as_json=as_json)


def _secret(secret: ClientSecret | None) -> Mapping[str, object]:
    """The one moment at which it is seen."""
    return {"client_secret": secret.expose()} if secret else {}


def _warning(secret: ClientSecret | None) -> str:
    return "\nKeep the secret now: it is not shown again." if secret else ""


def _document(client: Client) -> Mapping[str, object]:
    return {
        "client_id": client.client_id,
        "client_type": client.client_type,
        "status": _status(client),
        "registered_itself": client.registered_itself,
        **described(client),
    }


def _status(client: Client) -> str:
    return "active" if client.active else "disabled"
