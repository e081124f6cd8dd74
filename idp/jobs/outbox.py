"""Empties the outbox: several entries at once, at most a few of one client and a few mails, none in another's way.

Looks every second, by one indexed statement; decision 18 says why nobody wakes it.
"""

import asyncio
import contextlib

import structlog

from idp.usecases.errors import Unavailable
from idp.usecases.outbox import OUR_FAULT, Claimed, claim_due, put_off, send
from idp.usecases.services import Services

LOOK_EVERY_SECONDS = 1.0
AT_ONCE = 16

log = structlog.get_logger("idp.outbox")


class Sender:
    """One in a process; any number of processes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sending: dict[asyncio.Task[None], str] = {}

    async def run_forever(self) -> None:
        """Until cancelled; then what is being sent is sent to its end, which is a matter of seconds."""
        try:
            while True:
                try:
                    await self.look()
                except Unavailable as error:
                    log.warning("database unavailable", reason=str(error))
                await self._rest()
        finally:
            await self.settled()

    async def look(self) -> int:
        """Begin to send what is due, as far as there is room; returns how much. Raises Unavailable."""
        at, room = self._services.clock(), AT_ONCE - len(self._sending)
        claimed = await claim_due(self._services, {*self._sending.values()}, room, at) if room else []
        for each in claimed:
            task = asyncio.create_task(self._send(each))
            self._sending[task] = each.lane
            task.add_done_callback(self._sending.pop)
        return len(claimed)

    async def settled(self) -> None:
        """When all that was begun has its outcome."""
        if self._sending:
            await asyncio.wait(list(self._sending))

    async def _rest(self) -> None:
        """A second, or less where a place becomes free meanwhile."""
        if self._sending:
            await asyncio.wait(list(self._sending), timeout=LOOK_EVERY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _send(self, claimed: Claimed) -> None:
        at = self._services.clock()
        try:
            await send(self._services, claimed, at)
        except Unavailable as error:
            log.warning("database unavailable", reason=str(error))  # the claim runs out by itself
        except Exception:  # whatever it is, the others go on and this one is tried again
            log.exception("sending failed", entry=claimed.id)
            with contextlib.suppress(Unavailable):
                await put_off(self._services, claimed, OUR_FAULT, at)
