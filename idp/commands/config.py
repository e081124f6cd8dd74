"""`idp config`: the configuration that lives in the database."""

import json
from typing import Annotated

import typer

from idp.commands.call import change, read
from idp.commands.output import Json, table, tell
from idp.usecases import configuration

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List everything that can be set."""
    entries = read(lambda services, _: configuration.list_values(services))
    documents = [{"name": each.name, "value": each.value, "default": each.is_default} for each in entries]
    rows = [[each.name, _text(each.value), "default" if each.is_default else "set"] for each in entries]
    tell(documents, lambda: table(("name", "value", ""), rows, empty=""), as_json=as_json)


@app.command()
def show(name: Name, *, as_json: Json = False) -> None:
    """Show one value."""
    entry = read(lambda services, _: configuration.show(services, name))
    document = {"name": entry.name, "value": entry.value, "default": entry.is_default}
    tell(document, lambda: _text(entry.value), as_json=as_json)


@app.command("set")
def set_(
    name: Name,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="JSON, or plain text.", show_default=False)],
    *,
    as_json: Json = False,
) -> None:
    """Set one value; every worker takes it up at once."""
    parsed = _parsed(value)
    changed = change(lambda unit: configuration.change(unit, name, parsed))
    text = f"{name} is {_text(parsed)} now." if changed else f"{name} was {_text(parsed)} already."
    tell({"name": name, "value": parsed, "changed": changed}, lambda: text, as_json=as_json)


@app.command()
def unset(name: Name, *, as_json: Json = False) -> None:
    """Go back to the default."""
    changed = change(lambda unit: configuration.change(unit, name, None))
    text = f"{name} has its default again." if changed else f"{name} had its default already."
    tell({"name": name, "changed": changed}, lambda: text, as_json=as_json)


def _parsed(text: str) -> object:
    """JSON where it is some, so that numbers are numbers; null would mean nothing here and stays text."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return text if value is None else value


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
