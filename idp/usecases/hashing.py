"""The pool in which slow hashes run: off the event loop, as many at once as cores, and no endless queue.

Owns how much hashing a process takes on. Owns no hash: it runs whatever blocking function it is given.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import ceil
from threading import BoundedSemaphore
from typing import TypeVar, TypeVarTuple

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

SECONDS_PER_HASH = 0.02
"""CPU of one argon2id with m=19 MiB and t=2, measured; it only estimates how long a full queue takes."""


def share_of(cores: int, workers: int) -> int:
    """Hashes that one of `workers` processes runs at once, so that together they keep the cores busy and no more."""
    return max(1, ceil(cores / workers))


class Busy(Exception):
    """The queue is full: the answer is 503 with Retry-After, so that tokens keep flowing under a flood of sign-ins."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"the hashing queue is full; try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class HashSlot:
    """Room for one hash at a time; made by `HashingPool.slot`."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._when_done: Callable[[Callable[[object], object]], object] | None = None
        """Of the hash that runs: what is given to it is called once that has ended."""

    async def run(self, function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
        """The function's result or exception."""
        future = self._threads.submit(function, *args)
        self._when_done = future.add_done_callback
        return await asyncio.wrap_future(future)

    def give_up(self, release: Callable[[], None]) -> None:
        """Calls `release` now, or when the hash that runs has ended."""
        if self._when_done is None:
            release()
        else:
            self._when_done(lambda _: release())


class HashingPool:
    """Threads, not processes: argon2-cffi lets go of the interpreter lock while it hashes."""

    def __init__(self, workers: int, queue_limit: int) -> None:
        """`workers`: hashes at once, at most the cores of this process; `queue_limit`: how many may wait besides."""
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="hashing")
        self._slots = BoundedSemaphore(workers + queue_limit)
        self._retry_after = max(1, ceil(queue_limit * SECONDS_PER_HASH / workers))
        self._closed = False

    @contextmanager
    def slot(self) -> Iterator[HashSlot]:
        """A slot for one hash, taken before the work that leads up to it; raises Busy when all are taken or it closes.

        A caller that is cancelled gives its slot up only once the hash that it started has ended.
        """
        if self._closed or not self._slots.acquire(blocking=False):
            raise Busy(self._retry_after)
        slot = HashSlot(self._threads)
        try:
            yield slot
        finally:
            slot.give_up(self._slots.release)

    async def run(self, function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
        """The function's result or exception, in a slot of its own; raises Busy as `slot` does."""
        with self.slot() as slot:
            return await slot.run(function, *args)

    async def close(self) -> None:
        """Takes nothing more and waits for what was taken."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
