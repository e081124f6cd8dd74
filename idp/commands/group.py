"""`idp group`: groups and who belongs to them."""

from typing import Annotated

import typer

from idp.commands.call import change, read
from idp.commands.output import Json, facts, table, tell
from idp.usecases import groups
from idp.usecases.groups import Listed

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="GROUP", help="Name of the group.", show_default=False)]
Member = Annotated[str, typer.Argument(metavar="USER", help="User name, or verified e-mail.", show_default=False)]


@app.command()
def add(name: Name, *, as_json: Json = False) -> None:
    """Make a group."""
    made = change(lambda unit: groups.add(unit, name))
    tell({"group": made.name, "id": str(made.id)}, lambda: f"Made the group {made.name}.", as_json=as_json)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the groups."""
    found = read(lambda services, _: groups.list_groups(services))
    documents = [{"group": each.group.name, "members": each.members, "rule": _rule(each)} for each in found]
    heads = ("group", "members", "rule")
    tell(documents, lambda: table(heads, [list(each.values()) for each in documents], empty="None."), as_json=as_json)


@app.command()
def show(name: Name, *, as_json: Json = False) -> None:
    """Show who belongs to a group."""
    shown = read(lambda services, _: groups.show(services, name))
    document = {"group": shown.group.name, "members": list(shown.members)}
    tell(document, lambda: facts(document.items()), as_json=as_json)


@app.command()
def remove(name: Name, *, as_json: Json = False) -> None:
    """Remove a group, its memberships and its policy rule."""
    removed = change(lambda unit: groups.remove(unit, name))
    tell({"group": removed.name, "removed": True}, lambda: f"Removed the group {removed.name}.", as_json=as_json)


@app.command()
def add_member(name: Name, member: Member, *, as_json: Json = False) -> None:
    """Let a person belong to a group."""
    changed = change(lambda unit: groups.add_member(unit, name, member))
    text = f"{member} belongs to {name} now." if changed else f"{member} belonged to {name} already."
    tell({"group": name, "username": member, "changed": changed}, lambda: text, as_json=as_json)


@app.command()
def remove_member(name: Name, member: Member, *, as_json: Json = False) -> None:
    """Let a person belong to a group no longer."""
    changed = change(lambda unit: groups.remove_member(unit, name, member))
    text = f"{member} belongs to {name} no longer." if changed else f"{member} did not belong to {name}."
    tell({"group": name, "username": member, "changed": changed}, lambda: text, as_json=as_json)


def _rule(listed: Listed) -> str | None:
    return listed.rule.words if listed.rule else None
