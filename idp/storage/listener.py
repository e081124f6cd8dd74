"""Hears of changed configuration on a connection of its own, comes back after an outage, and says when it is deaf."""

import asyncio
import contextlib
from collections.abc import Callable

from idp.storage.pool import Connection, connect
from idp.storage.unavailable import LOST, DatabaseUnavailable
from idp.values.secrets import DatabaseUrl

CHANNEL = "configuration"
HEARTBEAT_SECONDS = 10.0
"""A connection that was cut silently is noticed that late; the cache may be as old as that."""
ANSWER_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 5.0

HEARTBEAT = "SELECT 1"


class Listener:
    """Started once in a process. Calls `heard` with a table's name, `listening` and `deaf` as its state changes."""

    def __init__(
        self,
        url: DatabaseUrl,
        *,
        heard: Callable[[str], None],
        listening: Callable[[], None],
        deaf: Callable[[], None],
    ) -> None:
        self._url = url
        self._heard = heard
        self._listening = listening
        self._deaf = deaf
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listens when it returns. Raises DatabaseUnavailable: at the start nobody waits for a database to appear."""
        connection = await self._open()
        self._task = asyncio.create_task(self._listen(connection))

    async def stop(self) -> None:
        """Deaf from now on."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._deaf()

    async def _listen(self, connection: Connection) -> None:
        while True:
            try:
                await _until_lost(connection)
            finally:
                self._deaf()
                connection.terminate()
            connection = await self._open_again()

    async def _open_again(self) -> Connection:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self._open()
            except DatabaseUnavailable:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _open(self) -> Connection:
        connection = await connect(self._url)
        try:
            await connection.add_listener(CHANNEL, self._received)
        except LOST as error:
            connection.terminate()
            raise DatabaseUnavailable("the connection that listens was lost") from error
        self._listening()
        return connection

    def _received(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        self._heard(str(payload))


async def _until_lost(connection: Connection) -> None:
    closed = asyncio.Event()
    connection.add_termination_listener(lambda _: closed.set())
    while not connection.is_closed():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await closed.wait()
        try:
            if not connection.is_closed():
                await connection.fetchval(HEARTBEAT, timeout=ANSWER_SECONDS)
        except LOST:
            return
