"""The pool in which slow hashes run: off the event loop, as many at once as cores, and no endless queue.

Owns how much hashing a process takes on. Owns no hash: it runs whatever blocking function it is given.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from threading import BoundedSemaphore
from typing import TypeVar, TypeVarTuple

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

SECONDS_PER_HASH = 0.02
"""CPU of one argon2id with m=19 MiB and t=2, measured; it only estimates how long a full queue takes."""


class Busy(Exception):
    """The queue is full: the answer is 503 with Retry-After, so that tokens keep flowing under a flood of sign-ins."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"the hashing queue is full; try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class HashingPool:
    """Threads, not processes: argon2-cffi lets go of the interpreter lock while it hashes."""

    def __init__(self, workers: int, queue_limit: int) -> None:
        """`workers`: hashes at once, at most the cores of this process; `queue_limit`: how many may wait besides."""
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="hashing")
        self._places = BoundedSemaphore(workers + queue_limit)
        self._retry_after = max(1, ceil(queue_limit * SECONDS_PER_HASH / workers))
        self._closed = False

    async def run(self, function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
        """The function's result or exception; raises Busy when all places are taken or the pool is closing.

        A caller that is cancelled gives its place up only once the hash that it started has ended.
        """
        if self._closed or not self._places.acquire(blocking=False):
            raise Busy(self._retry_after)
        future = self._threads.submit(function, *args)
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)

    async def close(self) -> None:
        """Takes nothing more and waits for what was taken."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
