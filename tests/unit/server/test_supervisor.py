"""The supervisor with real children: it keeps them alive, ends them in order, and is outlived by none of them."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from idp.server.processes import wait_until
from tests.drivers.other_process import OtherProcess

Other = Callable[[str], OtherProcess]

HEAD = """
import os, sys, time
from pathlib import Path
from idp.server import postgres
from idp.server.listeners import open_listeners
from idp.server.supervisor import Child, Plan, supervise
def python(name, code, **more):
    return Child(name=name, argv=[sys.executable, "-c", "import os, sys, time, signal\\n" + code], **more)
def plan(*children, **more):
    return Plan(**{"start_database": None, "prepare": lambda database: children, "say": say, **more})
FOREVER = "print(os.getpid(), flush=True); time.sleep(600)"
"""
REPORTING = "from idp.server.readiness import report_ready; report_ready(); time.sleep(600)"


def gone(pid: int) -> bool:
    """Ended, though perhaps not yet collected by whoever inherited it."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() == b""
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_child_that_dies_is_started_again(other: Other) -> None:
    supervisor = other(HEAD + "sys.exit(supervise(plan(python('worker-1', FOREVER))))")
    first = int(supervisor.line())
    os.kill(first, signal.SIGKILL)
    assert supervisor.line() == "worker-1 was ended by signal 9; starting it again"
    second = int(supervisor.line())
    assert second != first
    supervisor.send(signal.SIGTERM)
    assert supervisor.wait() == 0
    assert gone(second)


def test_a_child_that_dies_at_each_start_is_given_up_with_one_line(other: Other) -> None:
    supervisor = other(
        HEAD + "sys.exit(supervise(plan(python('jobs', FOREVER), python('worker-1', 'time.sleep(0.1); sys.exit(3)'))))"
    )
    jobs = int(supervisor.line())
    for _ in range(4):
        assert supervisor.line() == "worker-1 ended (3); starting it again"
    assert supervisor.line() == "worker-1 ended (3), 5 times in a row soon after its start: giving up"
    assert supervisor.wait() == 1
    assert gone(jobs)


def test_a_child_that_says_it_cannot_start_is_not_tried_again(other: Other) -> None:
    supervisor = other(HEAD + "sys.exit(supervise(plan(python('worker-1', 'sys.exit(78)'))))")
    assert supervisor.line() == "worker-1 cannot start: see its line above"
    assert supervisor.wait() == 1


def test_ready_is_called_once_when_all_that_report_have_reported(other: Other) -> None:
    supervisor = other(
        HEAD + f"reporting = {REPORTING!r}\n"
        "sys.exit(supervise(plan(python('worker-1', reporting, reports_ready=True),"
        " python('worker-2', 'time.sleep(0.3); ' + reporting, reports_ready=True), python('silent', FOREVER),"
        " ready=lambda: say('ready'))))"
    )
    assert int(supervisor.line()) > 0
    assert supervisor.line() == "ready"
    supervisor.send(signal.SIGINT)
    assert supervisor.wait() == 0
    assert supervisor.line() == ""


def test_open_work_is_finished_before_the_end(other: Other) -> None:
    """SIGTERM reaches each child, and the supervisor waits for what the child still has to do."""
    # A signal may come in the middle of a print, which must not be entered twice.
    graceful = (
        "import os\n"
        "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3), os.write(1, b'finished\\n'), sys.exit(0)))\n"
    )
    supervisor = other(HEAD + f"sys.exit(supervise(plan(python('worker-1', {graceful!r} + FOREVER))))")
    assert int(supervisor.line()) > 0
    supervisor.send(signal.SIGTERM)
    assert supervisor.line() == "finished"
    assert supervisor.wait() == 0


def test_a_second_stop_signal_ends_a_child_that_does_not_listen(other: Other) -> None:
    # A signal may come in the middle of a print, which must not be entered twice.
    deaf = "import os\nsignal.signal(signal.SIGTERM, lambda *_: os.write(1, b'deaf\\n'))\n"
    supervisor = other(HEAD + f"sys.exit(supervise(plan(python('worker-1', {deaf!r} + FOREVER + ';time.sleep(600)'))))")
    assert int(supervisor.line()) > 0
    supervisor.send(signal.SIGTERM)
    assert supervisor.line() == "deaf"
    supervisor.send(signal.SIGINT)
    assert supervisor.wait() == 0


def test_children_die_with_a_supervisor_that_is_killed(other: Other) -> None:
    supervisor = other(HEAD + "sys.exit(supervise(plan(python('worker-1', FOREVER))))")
    worker = int(supervisor.line())
    supervisor.send(signal.SIGKILL)
    assert wait_until(lambda: gone(worker), seconds=10)


def test_what_prepare_raises_ends_the_start_and_stops_the_database(other: Other, data_dir: Path) -> None:
    supervisor = other(
        HEAD + f"start = lambda: postgres.start(Path({str(data_dir)!r}), durable=False)\n"
        "def prepare(database):\n  say(database.process.pid)\n  raise ValueError('no keys')\n"
        "try: supervise(plan(start_database=start, prepare=prepare))\nexcept ValueError as error: say(error)"
    )
    server = int(supervisor.line())
    assert supervisor.line() == "no keys"
    assert gone(server)


def test_the_database_starts_first_is_replaced_when_it_dies_and_stops_last(other: Other, data_dir: Path) -> None:
    supervisor = other(
        HEAD + "def start():\n"
        f"  database = postgres.start(Path({str(data_dir)!r}), durable=False)\n"
        "  say(database.process.pid)\n  return database\n"
        "sys.exit(supervise(plan(python('worker-1', FOREVER), start_database=start)))"
    )
    server, worker = int(supervisor.line()), int(supervisor.line())
    os.kill(server, signal.SIGKILL)
    assert supervisor.line() == "the database server is gone; starting it again"
    again = int(supervisor.line())
    assert not gone(worker)
    supervisor.send(signal.SIGTERM)
    assert supervisor.wait() == 0
    assert gone(worker)
    assert gone(again)
    assert "received fast shutdown request" in (data_dir / "server.log").read_text().rpartition("ready to accept")[2]


def test_a_stop_signal_during_the_start_stops_the_database(other: Other, data_dir: Path) -> None:
    supervisor = other(
        HEAD + f"start = lambda: postgres.start(Path({str(data_dir)!r}), durable=False)\n"
        "prepare = lambda database: (say(database.process.pid), time.sleep(600))\n"
        "supervise(plan(start_database=start, prepare=prepare))"
    )
    server = int(supervisor.line())
    supervisor.send(signal.SIGTERM)
    assert supervisor.wait() == 128 + signal.SIGTERM
    assert gone(server)
