"""The demo's relying app as a process: told by its parent who takes part, served on the parent's sockets."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from idp.demo.registration import DemoClient, DemoPerson
from idp.demo.relying_party import create_relying_party
from idp.demo.setup import Demo
from idp.server.worker import serve

TOLD = "RELYING_PARTY"
"""The environment variable that holds what the app is told: passwords and secrets, so no argument."""


def told(demo: Demo, issuer: str, base_url: str, mail_socket: int) -> dict[str, str]:
    """The environment that the process needs beside the usual."""
    signing_in = [client for client in demo.clients if "openid" in client.scopes]
    document = {
        "issuer": issuer,
        "base_url": base_url,
        "clients": [asdict(client) for client in signing_in],
        "people": [asdict(person) for person in demo.people],
        "mail_socket": mail_socket,
        "session_secret": secrets.token_urlsafe(32),
    }
    return {TOLD: json.dumps(document)}


def serve_party(environ: Mapping[str, str], fds: Sequence[int]) -> None:
    """Serve until told to stop."""
    document = json.loads(environ[TOLD])
    clients = [DemoClient(**{**each, "scopes": tuple(each["scopes"])}) for each in document.pop("clients")]
    people = [DemoPerson(**each) for each in document.pop("people")]
    serve(create_relying_party(clients=clients, people=people, **document), fds)
