"""`idp session`: browser sessions, listed and ended, and which apps heard of it."""

from typing import Annotated

import typer

from idp.commands.call import change, read
from idp.commands.output import Json, table, tell
from idp.usecases import browser_sessions

app = typer.Typer(no_args_is_help=True)

User = Annotated[str | None, typer.Option("--user", metavar="USER", help="Of this person.", show_default=False)]


@app.command("list")
def list_(user: User = None, *, as_json: Json = False) -> None:
    """List the live sessions, the latest used first."""
    found = read(lambda services, at: browser_sessions.list_sessions(services, user, at))
    documents = [
        {
            "session": str(each.id),
            "username": each.username,
            "proved": list(each.methods),
            "created_at": each.created_at,
            "seen_at": each.seen_at,
            "expires_at": each.expires_at,
        }
        for each in found
    ]
    heads = ("session", "user", "proved", "began", "last seen", "ends")
    rows = [list(each.values()) for each in documents]
    tell(documents, lambda: table(heads, rows, empty="No live sessions."), as_json=as_json)


@app.command()
def end(
    session: Annotated[str | None, typer.Argument(metavar="SESSION", help="Its id.", show_default=False)] = None,
    user: User = None,
    *,
    as_json: Json = False,
) -> None:
    """End one session, or with --user all of a person; what lives by them ends too."""
    if (session is None) == (user is None):
        raise typer.BadParameter("name one SESSION, or a person with --user")
    if user is not None:
        name = user
        count = change(lambda unit: browser_sessions.end_all(unit, name))
        tell({"username": name, "ended": count}, lambda: f"Ended {count} sessions of {name}.", as_json=as_json)
    elif session is not None:
        wanted = session
        ended = change(lambda unit: browser_sessions.end(unit, wanted))
        document = {"username": ended.username, "session": str(ended.id), "ended": 1}
        tell(document, lambda: f"Ended a session of {ended.username}.", as_json=as_json)


@app.command()
def logouts(
    session: Annotated[str | None, typer.Argument(metavar="SESSION", help="Its id.", show_default=False)] = None,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that failed, so far or for good.")] = False,
    as_json: Json = False,
) -> None:
    """List which apps were told by back channel that a session has ended, the latest first."""
    found = read(lambda services, _: browser_sessions.list_logouts(services, session, failed=failed))
    documents = [
        {
            "client": each.client,
            "username": each.username,
            "session": str(each.session),
            "ended_at": each.made_at,
            "outcome": each.outcome or "waiting",
            "tries": each.tries,
            "last_fault": each.last_fault,
            "next_try_at": None if each.outcome else each.due_at,
        }
        for each in found
    ]
    heads = ("app", "user", "session", "ended", "outcome", "tries", "last fault", "next try")
    rows = [list(each.values()) for each in documents]
    tell(documents, lambda: table(heads, rows, empty="No app was to be told of anything."), as_json=as_json)
