"""Which commands there are. Imports only the module of the one that is called, so that help and serve start at once."""

from collections.abc import Sequence
from importlib import import_module

import typer

VERBS = {
    "demo": "Start everything with demo data, to look around.",
    "serve": "Run the provider.",
    "migrate": "Bring the database to this version's schema.",
    "check": "Look at settings, database, keys and clients, and say what is wrong.",
}

NOUNS = {
    "user": "People: passwords, second factors, profiles, exemptions.",
    "client": "Registered clients and their secrets.",
    "group": "Groups and their members.",
    "policy": "Who must have a second factor, and why.",
    "keys": "Signing keys and the root key.",
    "session": "Browser sessions.",
    "config": "The configuration that lives in the database.",
}


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """The whole tree, of which only what these arguments call is filled in."""
    called = next((argument for argument in arguments if not argument.startswith("-")), None)
    app = typer.Typer(
        name="idp",
        help="A self-hosted OpenID Connect provider whose heart is the second step.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for verb, words in VERBS.items():
        app.command(verb, help=words)(import_module(f"idp.commands.{verb}").run if verb == called else _nothing)
    for noun, words in NOUNS.items():
        group = import_module(f"idp.commands.{noun}").app if noun == called else typer.Typer()
        app.add_typer(group, name=noun, help=words)
    return app


def _nothing() -> None:
    """Stands for a command that is not the one called."""
