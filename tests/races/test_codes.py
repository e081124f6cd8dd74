"""One code, many hands at once: a single redemption, whatever the order in which the database serves them."""

from __future__ import annotations

import asyncio
from collections import Counter

from idp.storage.database import Database
from tests.drivers.grants import Issued
from tests.drivers.world import World
from tests.races.holding import let_in_at_once

TIMES = 20
GRANT = "SELECT id FROM grants WHERE id = $1 FOR UPDATE"


async def once_redeemed(world: World, issued: Issued) -> None:
    """The others revoked what the one obtained, as any second use does."""
    reason = "SELECT revoked_reason FROM grants WHERE id = $1"
    assert await world.services.database.fetchval(reason, issued.grant) == "code_replayed"
    assert await world.services.database.fetchval("SELECT count(*) FROM refresh_tokens") == 1
    assert len(await world.events("code_replayed")) == TIMES - 1


async def test_of_twenty_redemptions_one_succeeds(world: World) -> None:
    """O-19, RFC 6749 4.1.2."""
    app = await world.app()
    issued = await world.issued(app)
    answers = await asyncio.gather(*(app.exchange(issued.code) for _ in range(TIMES)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: TIMES - 1}
    await once_redeemed(world, issued)


async def test_of_twenty_that_wait_for_the_same_row_one_succeeds(world: World, database: Database) -> None:
    """O-19: each of them began before any of them had burnt the code."""
    app = await world.app()
    issued = await world.issued(app)
    requests = [app.exchange(issued.code) for _ in range(TIMES)]
    answers = await let_in_at_once(database, GRANT, issued.grant, requests)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: TIMES - 1}
    await once_redeemed(world, issued)


async def test_a_thief_racing_the_owner_changes_nothing(world: World, database: Database) -> None:
    """O-20: attempts of another client beside one of its own, all at the same row."""
    app, thief = await world.app("wiki"), await world.app("thief")
    issued = await world.issued(app)
    requests = [*(thief.exchange(issued.code) for _ in range(TIMES)), app.exchange(issued.code)]
    *stolen, own = await let_in_at_once(database, GRANT, issued.grant, requests)
    assert {answer.status_code for answer in stolen} == {400}
    assert own.status_code == 200
    assert (await app.userinfo(own.json()["access_token"])).status_code == 200
