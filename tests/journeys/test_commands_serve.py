"""`idp serve`, the real processes: starts on nothing, keeps its workers alive, stops cleanly, says why it does not."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import httpx2
import pytest

from tests.drivers.demo_process import idp
from tests.drivers.serve_process import free_port, serve_process


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not `tmp_path`: the database's own user must be able to reach it."""
    made = Path(tempfile.mkdtemp(prefix="idp-serve-"))
    made.chmod(0o755)
    yield made
    rmtree(made)


async def test_it_starts_on_an_empty_folder_and_stops_with_all_it_started(folder: Path) -> None:
    metrics = free_port()
    async with serve_process(folder, IDP_WORKERS="2", IDP_METRICS_LISTEN=f"127.0.0.1:{metrics}") as serve:
        await serve.ready()
        assert (await serve.get("/readyz")).status_code == 200
        assert (await serve.get("/.well-known/openid-configuration")).json()["issuer"] == serve.issuer
        assert "migrated: 0001_foundation" in serve.said()
        assert len(serve.children("worker")) == 2
        assert len(serve.children("jobs")) == 1
        # V13.4.5: metrics have a listener of their own, one per worker, since each counts for itself
        assert (await serve.get("/metrics")).status_code == 404
        async with httpx2.AsyncClient() as http:
            for port in (metrics, metrics + 1):
                assert "idp_http_requests" in (await http.get(f"http://127.0.0.1:{port}/metrics")).text
        assert (await idp(folder / "data", "user", "list", "--json")) == []
        assert await serve.told_to_stop(signal.SIGTERM) == []
        assert serve.process.returncode == 0
    async with serve_process(folder) as again:
        await again.ready()
        assert "migrated" not in again.said()
        assert await again.told_to_stop(signal.SIGINT) == []


async def test_a_worker_that_dies_is_started_again(folder: Path) -> None:
    async with serve_process(folder) as serve:
        await serve.ready()
        (worker,) = serve.children("worker")
        worker.kill()
        async with asyncio.timeout(30):
            while "starting it again" not in serve.said():  # noqa: ASYNC110 - nothing here could set an event
                await asyncio.sleep(0.05)
        assert (await serve.get("/readyz")).status_code == 200
        assert "worker-1 was ended by signal 9; starting it again" in serve.said()


async def test_children_never_hold_the_owners_url(folder: Path) -> None:
    """The role that serves people cannot rewrite security events, and knows no way to become the one that can."""
    async with serve_process(folder) as serve:
        await serve.ready()
        for child in [*serve.children("worker"), *serve.children("jobs")]:
            assert "idp_server" in child.environ()["IDP_DATABASE_URL"]
            assert [name for name, value in child.environ().items() if "idp_owner" in value or "OWNER" in name] == []
            assert [word for word in child.cmdline() if "postgresql" in word] == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"IDP_ISSUER": "http://id.example.org"}, "IDP_ISSUER: the issuer may use http on localhost"),
        ({"IDP_WORKERS": "0"}, "IDP_WORKERS: "),
        ({"IDP_DATABASE_URL": "postgresql://idp:hunter2@127.0.0.1:1/idp"}, "cannot connect to the database"),
        ({"IDP_TLS_CERT": "/nowhere.pem", "IDP_TLS_KEY": "/nowhere.key"}, "cannot read /nowhere.pem"),
        ({"IDP_GEOIP_FILE": "/nowhere.mmdb"}, "IDP_GEOIP_FILE: cannot use /nowhere.mmdb: No such file"),
        ({"IDP_FETCH_CA_FILE": "/nowhere.pem"}, "IDP_FETCH_CA_FILE: cannot use /nowhere.pem: No such file"),
        ({"IDP_POSTGRES_BIN": "/nowhere"}, "no PostgreSQL server programs"),
        ({"IDP_TRUSTED_PROXIES": "proxy"}, "IDP_TRUSTED_PROXIES: must be addresses or networks"),
    ],
)
async def test_a_wrong_setting_stops_the_start_with_one_line(
    folder: Path, settings: dict[str, str], words: str
) -> None:
    async with serve_process(folder, **settings) as serve:
        assert await serve.ended() == 1
        assert words in serve.said()
        assert serve.said().count("\n") == 1
        assert "hunter2" not in serve.said()


async def test_metrics_never_share_the_public_port(folder: Path) -> None:
    """V13.4.5: the second worker's port would be that on which everybody may come in."""
    listen, metrics = "127.0.0.1:9471", "127.0.0.2:9470"
    async with serve_process(folder, IDP_LISTEN=listen, IDP_METRICS_LISTEN=metrics, IDP_WORKERS="2") as serve:
        assert await serve.ended() == 1
        assert serve.said().startswith("idp: IDP_METRICS_LISTEN: its ports, one per worker, must not be")
        assert serve.said().count("\n") == 1


async def test_ready_is_said_to_machines_as_one_document(folder: Path) -> None:
    async with serve_process(folder, "--json", IDP_LOG_LEVEL="error") as serve:
        await serve.ready('"workers"')
        said = serve.said()
        assert json.loads(said[said.index("{") :]) == {
            "issuer": serve.issuer,
            "listen": serve.issuer.removeprefix("http://"),
            "workers": 1,
        }


async def test_a_taken_port_is_named(folder: Path) -> None:
    async with serve_process(folder) as first:
        await first.ready()
        listen = first.issuer.removeprefix("http://")
        (folder / "other").mkdir()
        async with serve_process(folder / "other", IDP_LISTEN=listen) as second:
            assert await second.ended() == 1
            assert second.said() == f"idp: cannot listen on {listen}: Address already in use\n"


async def test_a_folder_that_can_hold_no_root_key_stops_the_start(folder: Path) -> None:
    """Before any worker is started, so it is said once."""
    (folder / "file").touch()
    async with serve_process(folder, IDP_KEYS_DIR=str(folder / "file" / "keys"), IDP_WORKERS="2") as serve:
        assert await serve.ended() == 1
        said = [line for line in serve.said().splitlines() if "migrated:" not in line]
        assert said == [f"idp: cannot write a root key into {folder}/file/keys: Not a directory"]


async def test_a_missing_root_key_stops_the_start(folder: Path) -> None:
    """A database that names a root key which the folder lacks is not served, and gets no new keys."""
    async with serve_process(folder) as serve:
        await serve.ready()
        await serve.told_to_stop(signal.SIGTERM)
    (folder / "data" / "keys").rename(folder / "data" / "elsewhere")
    async with serve_process(folder) as serve:
        assert await serve.ended() == 1
        assert "root key" in serve.said()
        assert serve.said().count("\n") == 1
        assert not (folder / "data" / "keys").exists()
