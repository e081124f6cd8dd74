"""A backup is worth what its restore is: dump and keys of one provider, brought up again on another machine.

Follows docs/operations.md, «Backup» and «Restore», with PostgreSQL's own programs; the roles come from the script of
docker-compose.yml, so that it is run as well.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from idp.app import create_app
from idp.composition import open_services
from idp.keystore.root_keys import RootKeys
from idp.server import postgres
from idp.server.binaries import locate
from idp.server.postgres import RunningPostgres
from idp.settings import Settings
from idp.values.issuer import Issuer
from idp.values.secrets import DatabaseUrl
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.clock import MovableClock
from tests.drivers.database import FreshDatabase
from tests.drivers.person import Person
from tests.drivers.provider import Provider
from tests.drivers.server import bound_sockets, serving
from tests.house.code import ROOT

SERVER_ROLE, OWNER_ROLE, DATABASE = "idp_provider", "idp_owner", "idp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What an operator keeps: one file of the database, and elsewhere a copy of the folder of root keys."""

    dump: Path
    keys: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Another machine: an empty PostgreSQL, and the programs that come with it."""

    folder: Path
    server: RunningPostgres

    def url(self, role: str, database: str = DATABASE) -> str:
        return self.server.dsn(role, database)

    def run(self, *command: str, **env: str) -> str:
        """Run one of PostgreSQL's programs, or a shell with them; what it says on standard output."""
        socket = parse_qs(urlsplit(self.url("any")).query)["host"][0]
        path = f"{programs()}{os.pathsep}{os.environ['PATH']}"
        given = {"PATH": path, "PGHOST": socket, "PGUSER": self.server.superuser, "LC_ALL": "C", **env}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=given)
        assert done.returncode == 0, done.stderr
        return done.stdout


def programs() -> Path:
    """Where pg_dump, pg_restore and psql are: beside the server that the tests run."""
    return locate(Path("/nonexistent")).folder


@pytest.fixture
def machine() -> Iterator[Machine]:
    """Somewhere else."""
    shared = Path("/dev/shm")  # noqa: S108 - the folder made there is this test's own
    folder = Path(tempfile.mkdtemp(prefix="idp-restore-", dir=shared if os.access(shared, os.W_OK) else None))
    folder.chmod(0o755)  # PostgreSQL runs as another user where the tests run as root
    try:
        with postgres.start(folder / "postgres", durable=False) as server:
            yield Machine(folder=folder, server=server)
    finally:
        shutil.rmtree(folder)


def back_up(source: FreshDatabase, to: Path) -> Backup:
    """While the provider goes on serving."""
    dump = to / "idp.dump"
    command = [str(programs() / "pg_dump"), "--format=custom", f"--file={dump}", f"--dbname={source.owner.expose()}"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    shutil.copytree(source.keys, to / "vault")
    return Backup(dump=dump, keys=to / "vault")


def make_roles(machine: Machine) -> None:
    """By the script of docker-compose.yml, twice: it must bear being run again."""
    script = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    secrets = machine.folder / "secrets"
    secrets.mkdir()
    for name, text in {
        "superuser_password": "of-the-superuser",
        "database_url": f"postgresql://{SERVER_ROLE}:of-the-server@database/{DATABASE}",
        "database_owner_url": f"postgresql://{OWNER_ROLE}:of-the-owner@database/{DATABASE}",
    }.items():
        (secrets / name).write_text(f"{text}\n", encoding="utf-8")
    command = script["services"]["roles"]["command"][0].replace("$$", "$").replace("/run/secrets", str(secrets))
    for _ in range(2):
        machine.run("bash", "-ceu", command)


def restore(machine: Machine, backup: Backup) -> None:
    """As docs/operations.md says."""
    make_roles(machine)
    machine.run("psql", f"--dbname={machine.url(OWNER_ROLE)}", "--command=CREATE ROLE idp_server NOLOGIN")
    machine.run("pg_restore", "--exit-on-error", f"--dbname={machine.url(OWNER_ROLE)}", str(backup.dump))


def idp(machine: Machine, keys: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, on the other machine."""
    env = {
        "PATH": os.environ["PATH"],
        "IDP_DATABASE_URL": machine.url(SERVER_ROLE),
        "IDP_DATABASE_OWNER_URL": machine.url(OWNER_ROLE),
        "IDP_KEYS_DIR": str(keys),
        "IDP_LISTEN": "127.0.0.1:0",
    }
    command = [sys.executable, "-m", "idp", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env, cwd=ROOT, timeout=120)


@asynccontextmanager
async def opened(machine: Machine, keys: Path, clock: MovableClock) -> AsyncIterator[Provider]:
    """The provider on the other machine, under an address of its own."""
    sockets = bound_sockets()
    issuer = Issuer.parse(f"http://localhost:{sockets[0].getsockname()[1]}")
    settings = Settings(issuer=issuer, database_url=DatabaseUrl(machine.url(SERVER_ROLE)), keys_dir=keys)
    async with (
        open_services(settings, clock, os.urandom) as services,
        serving(create_app(services), sockets),
        AsyncExitStack() as stack,
    ):
        yield Provider(services=services, issuer=issuer, clock=clock, open=stack)


async def same_app(provider: Provider, before: AuthlibClient) -> AuthlibClient:
    """The app as it was: the id and the secret that it had."""
    app = AuthlibClient(issuer=provider.issuer, registration=before.registration)
    app.now = lambda: int(provider.clock().timestamp())
    return await provider.open.enter_async_context(app)


async def enrolled(provider: Provider, wiki: AuthlibClient) -> Person:
    """Alice, with an authenticator app and saved recovery codes."""
    alice = await provider.person()
    async with Browser() as browser:
        page = await alice.sign_in(await browser.open(await wiki.authorization_url()))
        assert page.at_app
    return alice


async def test_a_restored_provider_knows_people_factors_apps_and_grants(
    provider: Provider, fresh: FreshDatabase, machine: Machine, tmp_path: Path
) -> None:
    """ASVS 11.1.1, docs/operations.md: dump and root keys together are everything there is."""
    wiki = await provider.app()
    alice = await provider.person()
    async with Browser() as browser:
        page = await alice.sign_in(await browser.open(await wiki.authorization_url()))
        tokens = await wiki.exchange(page.url)
    events = await provider.events()
    restore(machine, backup := back_up(fresh, tmp_path))
    assert idp(machine, backup.keys, "migrate").stdout == "Nothing to do: the schema is this version's.\n"
    async with opened(machine, backup.keys, provider.clock) as restored, Browser() as browser:
        again = await same_app(restored, wiki)
        page = await alice.sign_in(await browser.open(await again.authorization_url()))
        assert alice.steps == ["password", "second-factor"]
        claims = (await again.exchange(page.url)).claims
        assert claims["amr"] == ["pwd", "otp", "mfa"]
        assert claims["sub"] == tokens.claims["sub"]
        assert (await restored.events())[: len(events)] == events


async def test_a_saved_recovery_code_works_after_a_restore(
    provider: Provider, fresh: FreshDatabase, machine: Machine, tmp_path: Path
) -> None:
    """Its digest needs a service key, which is sealed in the dump and opens with the copied root key."""
    wiki = await provider.app()
    alice = await enrolled(provider, wiki)
    restore(machine, backup := back_up(fresh, tmp_path))
    idp(machine, backup.keys, "migrate")
    alice.use_recovery_code = True
    async with opened(machine, backup.keys, provider.clock) as restored, Browser() as browser:
        again = await same_app(restored, wiki)
        page = await alice.sign_in(await browser.open(await again.authorization_url()))
        assert (await again.exchange(page.url)).claims["amr"] == ["pwd", "recovery_code", "mfa"]


async def test_without_its_root_key_a_restored_provider_does_not_start(
    provider: Provider, fresh: FreshDatabase, machine: Machine, tmp_path: Path
) -> None:
    """Neither with no keys nor with those of another installation, and it says which key it looks for."""
    await enrolled(provider, await provider.app())
    restore(machine, back_up(fresh, tmp_path))
    absent, foreign = tmp_path / "absent", tmp_path / "foreign"
    RootKeys.create(foreign, os.urandom)
    (named,) = [path.stem.removeprefix("root-") for path in fresh.keys.glob("root-*.key")]
    for keys in (absent, foreign):
        for command in (["serve"], ["user", "list"]):
            done = idp(machine, keys, *command)
            assert (done.returncode, done.stdout) == (1, "")
            line = f"idp: the database is sealed under root key {named}, which {keys} does not hold"
            assert done.stderr.splitlines() == [line]
    assert not absent.exists(), "no new key is made for a database that has one"


async def test_a_dump_alone_opens_nothing(
    provider: Provider, fresh: FreshDatabase, machine: Machine, tmp_path: Path
) -> None:
    """ASVS 13.3.1, N-20: set-up secrets, recovery codes, passwords and signing keys are not in it in the clear."""
    alice = await enrolled(provider, await provider.app())
    backup = back_up(fresh, tmp_path)
    text = machine.run("pg_restore", "--file=-", str(backup.dump))
    assert alice.secret is not None
    raw = base64.b32decode(alice.secret)
    root = next(backup.keys.glob("root-*.key")).read_text(encoding="ascii").strip()
    secrets = [alice.secret, raw.hex(), root, alice.password, *alice.recovery_codes]
    secrets += [code.replace("-", "") for code in alice.recovery_codes]
    assert [secret for secret in secrets if secret in text] == []
    assert re.search(r"PRIVATE KEY|\"d\":", text) is None
    assert "alice" in text, "the dump was looked at, and holds what is no secret"
