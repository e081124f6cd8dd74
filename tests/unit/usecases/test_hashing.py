"""The hashing pool, with real argon2: bounded, off the event loop, and closing without loss."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from argon2.exceptions import InvalidHashError

from idp.authenticators.password import LESS_MEMORY, dummy_hash, hash_password, verify
from idp.usecases.hashing import Busy, HashingPool, share_of
from idp.values.secrets import Password

PASSWORD = Password("kbzqtnwvhrmx")
SALT = b"0123456789abcdef"


@asynccontextmanager
async def pool(workers: int, queue_limit: int) -> AsyncIterator[HashingPool]:
    opened = HashingPool(workers, queue_limit)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.mark.parametrize(
    ("cores", "workers", "each"), [(1, 1, 1), (2, 1, 2), (2, 2, 1), (4, 3, 2), (2, 8, 1), (64, 2, 32)]
)
def test_workers_share_the_cores(cores: int, workers: int, each: int) -> None:
    """As many at once as cores, however many processes there are."""
    assert share_of(cores, workers) == each


async def test_a_hash_runs_in_a_thread_and_its_result_comes_back() -> None:
    async with pool(2, 2) as opened:
        stored = await opened.run(hash_password, PASSWORD, LESS_MEMORY, SALT)
        assert await opened.run(verify, stored, PASSWORD)
        assert not await opened.run(verify, dummy_hash(LESS_MEMORY), PASSWORD)
        assert await opened.run(threading.get_ident) != threading.get_ident()


async def test_an_exception_comes_back_too_and_gives_its_place_up() -> None:
    async with pool(1, 0) as opened:
        for _ in range(3):
            with pytest.raises(InvalidHashError):
                await opened.run(verify, "no stored form", PASSWORD)


async def test_the_event_loop_turns_while_argon2_works() -> None:
    """Tokens keep flowing under a sign-in flood. argon2-cffi lets go of the interpreter lock."""
    async with pool(1, 0) as opened:
        hashing = asyncio.create_task(opened.run(hash_password, PASSWORD, LESS_MEMORY, SALT))
        turns = 0
        while not hashing.done():
            await asyncio.sleep(0)
            turns += 1
        # With the lock held, the loop would turn a handful of times: before the hash and after it.
        assert turns > 50
        await hashing


async def test_as_many_run_at_once_as_there_are_workers() -> None:
    """Both threads wait for one another: they would never pass if one ran after the other."""
    both = threading.Barrier(2)
    async with pool(2, 0) as opened:
        await asyncio.gather(opened.run(both.wait, 30), opened.run(both.wait, 30))


async def test_beyond_the_queue_limit_the_pool_is_busy() -> None:
    """503 with Retry-After; what was taken is finished all the same."""
    gate = threading.Event()
    async with pool(1, 2) as opened:
        taken = [asyncio.create_task(opened.run(gate.wait, 30)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Busy) as busy:
            await opened.run(gate.wait, 30)
        assert busy.value.retry_after_seconds == 1
        gate.set()
        assert await asyncio.gather(*taken) == [True, True, True]
        assert await opened.run(gate.wait, 30)


async def test_a_long_queue_asks_for_a_longer_wait() -> None:
    """A queue of 200 takes one worker some 4 seconds."""
    opened = HashingPool(1, 200)
    await opened.close()
    with pytest.raises(Busy) as busy:
        await opened.run(threading.get_ident)
    assert busy.value.retry_after_seconds == 4


async def test_a_caller_that_goes_away_frees_its_place_only_when_the_work_ends() -> None:
    """Closing connections must not let more hashes run than there are cores."""
    gate, started = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        gate.wait(30)

    async with pool(1, 0) as opened:
        running = asyncio.create_task(opened.run(work))
        await asyncio.to_thread(started.wait, 30)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        with pytest.raises(Busy):
            await opened.run(threading.get_ident)
        gate.set()
        await _free(opened)


async def test_a_caller_that_goes_away_while_waiting_costs_no_hash() -> None:
    """And its place in the queue is free at once."""
    gate, begun = threading.Event(), threading.Event()
    async with pool(1, 1) as opened:
        running = asyncio.create_task(opened.run(gate.wait, 30))
        waiting = asyncio.create_task(opened.run(begun.set))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        follower = asyncio.create_task(opened.run(threading.get_ident))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(running, follower)
        assert not begun.is_set()


async def test_closing_finishes_what_was_taken_and_takes_nothing_more() -> None:
    """A sign-in that was accepted is answered before the process ends."""
    opened = HashingPool(1, 3)
    taken = [asyncio.create_task(opened.run(hash_password, PASSWORD, LESS_MEMORY, SALT)) for _ in range(3)]
    await asyncio.sleep(0)
    await opened.close()
    with pytest.raises(Busy):
        await opened.run(threading.get_ident)
    assert len(set(await asyncio.gather(*taken))) == 1


async def _free(opened: HashingPool) -> None:
    """Waits until the pool takes work again: the thread gives the place up a moment after the work has ended."""
    while True:
        try:
            await opened.run(threading.get_ident)
        except Busy:
            await asyncio.sleep(0.001)
        else:
            return
