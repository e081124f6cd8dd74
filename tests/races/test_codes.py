"""One code, many hands at once: a single redemption, whatever the order in which the database serves them."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.drivers.app_code import RelyingApp
from tests.drivers.grants import Issued
from tests.drivers.world import World

TIMES = 20


async def statuses(app: RelyingApp, issued: Issued) -> Counter[int]:
    answers = await asyncio.gather(*(app.exchange(issued.code) for _ in range(TIMES)))
    return Counter(answer.status_code for answer in answers)


async def test_of_twenty_redemptions_one_succeeds(world: World) -> None:
    """O-19, RFC 6749 4.1.2; the others revoke what it obtained, as any second use does."""
    app = await world.app()
    issued = await world.issued(app)
    assert await statuses(app, issued) == {200: 1, 400: 19}
    grant = "SELECT revoked_reason FROM grants WHERE id = $1"
    assert await world.services.database.fetchval(grant, issued.grant) == "code_replayed"
    assert await world.services.database.fetchval("SELECT count(*) FROM refresh_tokens") == 1
    assert len(await world.events("code_replayed")) == 19


async def test_a_thief_racing_the_owner_changes_nothing(world: World) -> None:
    """O-20: twenty attempts of another client beside one of its own."""
    app, thief = await world.app("wiki"), await world.app("thief")
    issued = await world.issued(app)
    stolen, own = await asyncio.gather(statuses(thief, issued), app.exchange(issued.code))
    assert stolen == {400: TIMES}
    assert own.status_code == 200
    assert (await app.userinfo(own.json()["access_token"])).status_code == 200
