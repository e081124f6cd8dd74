"""One key over names and verified addresses: whoever comes first has it, however many come at once."""

from __future__ import annotations

import asyncio

import pytest

from idp.storage.database import Database
from idp.usecases import users
from idp.usecases.management import Refused
from idp.usecases.services import Services
from idp.usecases.unit import unit
from idp.usecases.users import NewUser
from idp.values.actors import Actor


async def made(services: Services, new: NewUser) -> bool:
    """Whether it was."""
    try:
        async with unit(services, Actor(kind="command"), None, services.clock()) as opened:
            await users.add(opened, new)
    except Refused:
        return False
    return True


async def test_of_eight_who_take_a_name_at_once_one_has_it(services: Services, database: Database) -> None:
    """V15.4.2: the check and the taking are one statement."""
    spellings = ["alice", "ALICE", "Alice", " alice "] * 2
    took = await asyncio.gather(*(made(services, NewUser(username=name)) for name in spellings))
    assert took.count(True) == 1
    assert await database.fetchval("SELECT count(*) FROM users") == 1
    assert await database.fetchval("SELECT count(*) FROM security_events") == 1


async def test_a_name_and_an_address_cannot_be_taken_by_two(services: Services, database: Database) -> None:
    by_name = NewUser(username="a@example.com")
    by_address = NewUser(username="bob", email="A@example.com", email_verified=True)
    took = await asyncio.gather(*(made(services, new) for new in [by_name, by_address] * 3))
    assert took.count(True) == 1
    assert await database.fetchval("SELECT count(*) FROM login_names WHERE name = 'a@example.com'") == 1


async def test_subjects_are_random_and_unlike_ids(services: Services, database: Database) -> None:
    """OIDC Core 8: 128 bits, never the row's id."""
    for name in ("alice", "bob"):
        assert await made(services, NewUser(username=name))
    rows = await database.fetch("SELECT id::text, sub FROM users")
    assert len({row["sub"] for row in rows}) == 2
    assert all(len(row["sub"]) == 22 and row["id"].replace("-", "") not in row["sub"] for row in rows)


async def test_a_refused_change_leaves_nothing(services: Services, database: Database) -> None:
    assert await made(services, NewUser(username="alice"))
    with pytest.raises(Refused, match="no address to call verified"):
        async with unit(services, Actor(kind="command"), None, services.clock()) as opened:
            await users.add(opened, NewUser(username="bob", email_verified=True))
    assert await database.fetchval("SELECT count(*) FROM users") == 1
