"""`idp client`: registered clients. A secret is printed once, when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import typer

from idp.commands.call import change, read
from idp.commands.output import Json, facts, table, tell
from idp.commands.spread import spread
from idp.oidc.client import AuthMethod, Client
from idp.usecases import clients
from idp.usecases.client_description import described
from idp.usecases.clients import Kind, Metadata, Registered
from idp.values.secrets import ClientSecret

app = typer.Typer(no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="CLIENT", help="Client id.", show_default=False)]
Many = list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What may be said of a client, when it is made and afterwards."""

    name: Annotated[str | None, typer.Option("--name", help="Name that people see.", show_default=False)] = None
    redirect_uri: Annotated[
        Many, typer.Option("--redirect-uri", help="Exact; may be repeated.", show_default=False)
    ] = None
    post_logout_redirect_uri: Annotated[
        Many, typer.Option("--post-logout-redirect-uri", help="Exact; may be repeated.", show_default=False)
    ] = None
    scope: Annotated[Many, typer.Option("--scope", help="Allowed scope; may be repeated.", show_default=False)] = None
    audience: Annotated[
        Many, typer.Option("--audience", help="API of its tokens; may be repeated.", show_default=False)
    ] = None
    alg: Annotated[
        str | None, typer.Option("--alg", help="Signature of its tokens: RS256, ES256 …", show_default=False)
    ] = None
    auth: Annotated[str | None, typer.Option("--auth", help="basic or post.", show_default=False)] = None
    pkce: Annotated[bool | None, typer.Option("--pkce/--no-pkce", help="Demand PKCE.", show_default=False)] = None
    rotate: Annotated[
        bool | None, typer.Option("--rotate/--no-rotate", help="Rotate refresh tokens.", show_default=False)
    ] = None
    first_party: Annotated[
        bool | None, typer.Option("--first-party/--third-party", help="Ask no consent.", show_default=False)
    ] = None
    client_uri: Annotated[str | None, typer.Option("--client-uri", help="Its home page.", show_default=False)] = None

    def metadata(self) -> Metadata:
        """As the use cases take it. Raises BadParameter for a way to authenticate that there is not."""
        return Metadata(
            name=self.name,
            redirect_uris=_several(self.redirect_uri),
            post_logout_redirect_uris=_several(self.post_logout_redirect_uri),
            scopes=_several(self.scope),
            audiences=_several(self.audience),
            auth_method=_auth_method(self.auth),
            id_token_alg=self.alg,
            require_pkce=self.pkce,
            rotate_refresh_tokens=self.rotate,
            first_party=self.first_party,
            client_uri=self.client_uri,
        )


@app.command()
@spread
def add(
    client_id: Id,
    said: Said,
    kind: Annotated[Kind, typer.Option("--kind", help="What sort of program it is.")] = "web",
    *,
    as_json: Json = False,
) -> None:
    """Register a client: web (keeps a secret), spa and native (public, PKCE), or machine (acts for itself)."""
    metadata = said.metadata()
    made = change(lambda unit: clients.add(unit, client_id, kind, metadata))
    _tell_secret(made, f"Registered {made.client.client_id}.", as_json=as_json)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the clients."""
    found = read(lambda services, _: clients.list_clients(services))
    documents = [_document(client) for client in found]
    rows = [[each.client_id, each.name, each.kind, _status(each), each.redirect_uris] for each in found]
    heads = ("client", "name", "kind", "status", "redirect URIs")
    tell(documents, lambda: table(heads, rows, empty="No clients."), as_json=as_json)


@app.command()
def show(client_id: Id, *, as_json: Json = False) -> None:
    """Show one client, without its secrets."""
    shown = read(lambda services, _: clients.show(services, client_id))
    document = {**_document(shown.client), "secrets_made_at": list(shown.secrets_made)}
    tell(document, lambda: facts(document.items()), as_json=as_json)


@app.command("set")
@spread
def set_(client_id: Id, said: Said, *, as_json: Json = False) -> None:
    """Change what is said; an option that may be repeated replaces the whole list ("" empties it)."""
    metadata = said.metadata()
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
    return {"client_id": client.client_id, "kind": client.kind, "status": _status(client), **described(client)}


def _status(client: Client) -> str:
    return "active" if client.active else "disabled"


def _several(texts: Many) -> tuple[str, ...] | None:
    return None if texts is None else tuple(text for text in texts if text)


def _auth_method(text: str | None) -> AuthMethod | None:
    if text is None:
        return None
    if text not in {"basic", "post"}:
        raise typer.BadParameter("--auth is basic or post")
    return AuthMethod(f"client_secret_{text}")
