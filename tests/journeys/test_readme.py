"""The README followed literally: its commands print what it says, and its app signs somebody in."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from starlette.applications import Starlette

from idp.usecases.clients import Metadata
from tests.drivers.browser_http import Browser
from tests.drivers.database import FreshDatabase
from tests.drivers.documents import document
from tests.drivers.grants import add_client
from tests.drivers.provider import Provider
from tests.drivers.server import bound_sockets, serving
from tests.house.code import ROOT

README = document("README.md")
ENDLESS = {"serve", "demo"}
WIDTH = {"COLUMNS": "200", "NO_COLOR": "1"}
DATE = "2027-01-31"
"""The README's day, which will be over one day; here it is a day to come."""


def idp(fresh: FreshDatabase, arguments: Sequence[str]) -> str:
    """What the command prints; a password is on its standard input, should it ask."""
    env = {
        "PATH": os.environ["PATH"],
        "IDP_DATABASE_URL": fresh.server.expose(),
        "IDP_DATABASE_OWNER_URL": fresh.owner.expose(),
        "IDP_KEYS_DIR": str(fresh.keys),
        **WIDTH,
    }
    command = [sys.executable, "-m", "idp", *arguments]
    password = "seven quiet herons over the lake\n"
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env, cwd=ROOT, input=password)
    assert done.returncode == 0, f"idp {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip("\n")


def matches(shown: str, printed: str) -> bool:
    """`…` stands for what is another each time."""
    return re.fullmatch(re.escape(shown).replace("…", r"\S+"), printed) is not None


async def test_the_commands_of_the_readme_print_what_it_says(fresh: FreshDatabase) -> None:
    """In the order in which they stand there."""
    soon = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    commands = [each for each in README.commands() if each.arguments[0] not in ENDLESS]
    assert sum(each.output is not None for each in commands) > 5
    for command in commands:
        arguments = [word.replace(DATE, soon) for word in command.arguments]
        printed = await asyncio.to_thread(idp, fresh, arguments)
        if command.output is not None:
            shown = command.output.replace(DATE, soon)
            assert matches(shown, printed), f"the README shows\n{shown}\nbut it is\n{printed}"


async def test_the_app_of_the_readme_signs_somebody_in(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code as it stands there, with Authlib's Starlette client, against the provider."""
    (block,) = README.blocks("python")
    sockets = bound_sockets()
    base = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    redirect = Metadata(redirect_uris=(f"{base}/callback",), first_party=True)
    registered = await add_client(provider.services, "own", "web", redirect)
    assert registered.secret is not None
    for name, value in {
        "ISSUER": str(provider.issuer),
        "CLIENT_ID": "own",
        "CLIENT_SECRET": registered.secret.expose(),
        "COOKIE_KEY": "of one test",
    }.items():
        monkeypatch.setenv(name, value)
    module: dict[str, object] = {}
    exec(compile(block.text, "README.md", "exec"), module)  # noqa: S102 - that is the point
    app = module["app"]
    assert isinstance(app, Starlette)
    alice = await provider.person()
    async with serving(app, sockets), Browser(visits=[str(provider.issuer)]) as browser:
        page = await alice.sign_in(await browser.open(f"{base}/"))
        assert alice.steps == ["password", "enrolment", "recovery-codes"]
        assert page.status == httpx2.codes.OK
        assert json.loads(page.content)["amr"] == ["pwd", "otp", "mfa"]
        assert json.loads(page.content)["acr"] == "2fa"
