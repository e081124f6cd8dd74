"""`idp client registration-token`: with one of these others register clients (RFC 7591 3). Printed once."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer

from idp.commands.call import change, read
from idp.commands.output import Json, facts, table, tell
from idp.usecases import initial_access_tokens
from idp.usecases.initial_access_tokens import LONGEST_LIFE, InitialAccessToken, NewToken

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    *,
    uses: Annotated[int, typer.Option("--uses", min=1, help="How many clients may be registered with it.")] = 1,
    days: Annotated[int, typer.Option("--days", min=1, max=LONGEST_LIFE.days, help="How long.")] = 7,
    note: Annotated[str, typer.Option("--note", help="For whom.", show_default=False)] = "",
    as_json: Json = False,
) -> None:
    """Make a token; give it to whoever shall register clients."""
    new = NewToken(uses=uses, life=timedelta(days=days), note=note)
    made = change(lambda unit: initial_access_tokens.make(unit, new))
    document = {"registration_token": made.token.expose(), **_known(made.known)}
    warning = "Keep the token now: it is not shown again."
    tell(document, lambda: f"{facts(document.items())}\n\n{warning}", as_json=as_json)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the tokens, without what they are used with."""
    found = [_known(each) for each in read(lambda services, _: initial_access_tokens.list_tokens(services))]
    heads = ("id", "note", "made at", "expires at", "uses left")
    tell(found, lambda: table(heads, [list(each.values()) for each in found], empty="None."), as_json=as_json)


@app.command()
def revoke(
    token: Annotated[UUID, typer.Argument(metavar="ID", help="Its id, as listed.", show_default=False)],
    *,
    as_json: Json = False,
) -> None:
    """End a token. Clients that were registered with it stay."""
    change(lambda unit: initial_access_tokens.revoke(unit, token))
    tell({"id": str(token), "revoked": True}, lambda: f"Revoked {token}.", as_json=as_json)


def _known(token: InitialAccessToken) -> dict[str, object]:
    return {
        "id": str(token.id),
        "note": token.note,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "uses_left": token.uses_left,
    }
