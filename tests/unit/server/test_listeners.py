"""The listening sockets and a worker on them."""

import http.client
import os
import signal
import socket
from collections.abc import Callable

import pytest

from idp.server.listeners import ListenFailed, open_listeners
from tests.drivers.other_process import OtherProcess

SUPERVISED = """
import os, sys
from idp.server.listeners import open_listeners
from idp.server.supervisor import Child, Plan, supervise
WORKER = '''
import asyncio, os, sys
from idp.server.worker import serve
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/slow":
        print("asked", flush=True)
        await asyncio.sleep(0.5)
    body = str(os.getpid()).encode()
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})
serve(app, [int(fd) for fd in sys.argv[1:]])
'''
with open_listeners("127.0.0.1", 0, workers=2) as listeners:
    children = [
        Child(name=f"worker-{n}", argv=[sys.executable, "-c", WORKER, *map(str, listeners.fds(n))],
              pass_fds=listeners.fds(n), reports_ready=True)
        for n in range(2)
    ]
    sys.exit(supervise(Plan(start_database=None, prepare=lambda database: children, listeners=listeners, say=say,
                            ready=lambda: say(listeners.port))))
"""


def get(port: int, path: str = "/") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = int(connection.getresponse().read())
    connection.close()
    return answer


def test_workers_share_the_port_and_all_of_them_serve(other: Callable[[str], OtherProcess]) -> None:
    supervisor = other(SUPERVISED)
    port = int(supervisor.line())
    assert len({get(port) for _ in range(64)}) == 2
    supervisor.send(signal.SIGTERM)
    assert supervisor.wait() == 0


def test_nothing_is_refused_while_a_worker_restarts(other: Callable[[str], OtherProcess]) -> None:
    supervisor = other(SUPERVISED)
    port = int(supervisor.line())
    victim = get(port)
    os.kill(victim, signal.SIGKILL)
    answers = [get(port) for _ in range(32)]
    assert victim not in answers
    assert len(set(answers)) == 2


def test_an_open_request_is_answered_before_the_end(other: Callable[[str], OtherProcess]) -> None:
    supervisor = other(SUPERVISED)
    port = int(supervisor.line())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/slow")
    assert supervisor.line() == "asked"
    supervisor.send(signal.SIGTERM)
    assert connection.getresponse().status == 200
    connection.close()
    assert supervisor.wait() == 0
    with pytest.raises(ConnectionRefusedError):
        get(port)


def test_each_worker_has_its_own_socket_on_the_same_port() -> None:
    with open_listeners("127.0.0.1", 0, workers=3) as listeners:
        assert listeners.port > 0
        sockets = [one for group in listeners.per_worker for one in group]
        assert {one.getsockname() for one in sockets} == {("127.0.0.1", listeners.port)}
        assert len({listeners.fds(worker) for worker in range(3)}) == 3


def test_localhost_is_every_address_of_that_name() -> None:
    with open_listeners("localhost", 0, workers=1) as listeners:
        for address in {found[4][0] for found in socket.getaddrinfo("localhost", None)}:
            family = socket.AF_INET6 if ":" in str(address) else socket.AF_INET
            if any(one.family == family for one in listeners.per_worker[0]):
                socket.create_connection((str(address), listeners.port)).close()


def test_a_port_in_use_is_one_line_even_where_the_other_server_would_share_it() -> None:
    """Two servers of one user with SO_REUSEPORT would silently take half of each other's requests."""
    with (
        open_listeners("127.0.0.1", 0, workers=1) as first,
        pytest.raises(ListenFailed, match=rf"^cannot listen on 127\.0\.0\.1:{first.port}: Address already in use$"),
    ):
        open_listeners("127.0.0.1", first.port, workers=1)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_one_line(host: str) -> None:
    with pytest.raises(ListenFailed, match=f"^cannot listen on {host}:0: "):
        open_listeners(host, 0, workers=1)
