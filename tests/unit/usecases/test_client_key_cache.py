"""Keys of clients in memory: bounded, those of the present registration alone, one load for many."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from idp.keystore.client_keys import ClientKeySet
from idp.usecases.client_key_cache import MOST_CLIENTS, ClientKeyCache, KnownKeys
from idp.values.ids import ClientId

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
URI = "https://robot.example/jwks"
ROBOT = ClientId("robot")


def keys(source: object = URI) -> KnownKeys:
    return KnownKeys(source=source, keys=ClientKeySet(), loaded_at=NOW, tried_at=NOW)


def test_what_another_registration_said_is_forgotten() -> None:
    cache, known = ClientKeyCache(), keys()
    cache.keep(ROBOT, known)
    assert cache.known(ROBOT, URI) is known
    assert cache.known(ROBOT, "https://elsewhere.example/jwks") is None
    assert cache.known(ROBOT, URI) is None


def test_what_was_used_least_recently_goes_first() -> None:
    """Whoever registers many clients fills no memory."""
    cache = ClientKeyCache()
    for number in range(MOST_CLIENTS):
        cache.keep(ClientId(str(number)), keys())
    assert cache.known(ClientId("0"), URI) is not None
    cache.keep(ROBOT, keys())
    assert cache.known(ClientId("1"), URI) is None
    assert cache.known(ClientId("0"), URI) is not None
    assert cache.known(ROBOT, URI) is not None


async def test_many_who_ask_at_once_share_one_load_and_its_failure() -> None:
    """A failure is told to all of them and kept for nobody."""
    cache, loads = ClientKeyCache(), 0
    may_end = asyncio.Event()

    async def failing() -> KnownKeys:
        nonlocal loads
        loads += 1
        await may_end.wait()
        raise ConnectionError

    waiting = [asyncio.create_task(cache.load(ROBOT, URI, failing)) for _ in range(5)]
    await asyncio.sleep(0)
    may_end.set()
    assert {type(each) for each in await asyncio.gather(*waiting, return_exceptions=True)} == {ConnectionError}
    assert loads == 1
    with pytest.raises(ConnectionError):
        await cache.load(ROBOT, URI, failing)
    assert loads == 2
    assert cache.known(ROBOT, URI) is None
