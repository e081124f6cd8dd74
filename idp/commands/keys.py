"""`idp keys`: signing keys listed and rotated, the root key rotated."""

from collections.abc import Sequence
from typing import Annotated

import typer

from idp.commands.call import Call, read, run
from idp.commands.output import Json, table, tell
from idp.keystore.rotation import ActivateKey, ForgetKey, MakeKey, Transition
from idp.oidc.client import IdTokenAlg
from idp.usecases import key_rotation

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List the signing keys and their states."""
    found = read(lambda services, _: key_rotation.list_keys(services))
    documents = [
        {
            "kid": key.kid,
            "alg": key.alg,
            "state": key.state.value,
            "created_at": key.created_at,
            "activated_at": key.activated_at,
            "retired_at": key.retired_at,
        }
        for key in sorted(found, key=lambda key: (key.alg, key.created_at))
    ]
    heads = ("kid", "alg", "state", "made", "active since", "retired")
    tell(documents, lambda: table(heads, [list(each.values()) for each in documents], empty="None."), as_json=as_json)


@app.command()
def rotate(
    alg: Annotated[IdTokenAlg, typer.Argument(help="Which signing key.", show_default=False)],
    *,
    at_once: Annotated[bool, typer.Option("--at-once", help="Sign with the new key now: after a theft.")] = False,
    as_json: Json = False,
) -> None:
    """Make a new signing key: published now, signing a day later, when relying apps have seen it."""

    async def work(call: Call) -> Sequence[Transition]:
        return await key_rotation.rotate(call.services, call.actor, alg, call.at, at_once=at_once)

    done = [_words(step) for step in run(work)]
    text = "\n".join(done) or "A next key waits already; nothing was done."
    tell({"alg": alg, "done": done}, lambda: text, as_json=as_json)


@app.command()
def rotate_root(*, as_json: Json = False) -> None:
    """Make a new root key and seal everything anew under it, while the service runs."""
    event = run(lambda call: key_rotation.rotate_root(call.services, call.actor, call.at))
    text = f"The root key is {event.after} now. Keep the file of {event.before}: backups need it."
    tell({"before": event.before, "after": event.after}, lambda: text, as_json=as_json)


def _words(step: Transition) -> str:
    match step:
        case MakeKey(alg=alg, state=state):
            return f"made a key for {alg}: {state.value}"
        case ActivateKey(kid=kid):
            return f"{kid} signs now"
        case ForgetKey(kid=kid):
            return f"{kid} is gone"
