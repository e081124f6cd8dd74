"""One rotating refresh token, many hands at once: one successor and one family (RFC 9700 4.14, O-28)."""

from __future__ import annotations

import asyncio

from tests.drivers.world import World

TIMES = 20
OFFLINE = ("openid", "offline_access")


async def test_twenty_refreshes_get_the_same_successor(world: World) -> None:
    """The grace gives the one successor again; nothing forks."""
    app = await world.app("spa", "spa")
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    answers = await asyncio.gather(*(app.refresh(token) for _ in range(TIMES)))
    assert {answer.status_code for answer in answers} == {200}
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert successor != token
    assert await world.services.database.fetchval("SELECT count(*) FROM refresh_tokens") == 2
    assert (await app.refresh(successor)).status_code == 200
    assert await world.services.database.fetchval("SELECT count(*) FROM grants WHERE revoked_at IS NULL") == 1


async def test_twenty_replays_end_the_grant_once(world: World) -> None:
    """RFC 9700 4.14.2: recorded once, all refused."""
    app = await world.app("spa", "spa")
    tokens = await world.signed_in(app, *OFFLINE)
    await app.refresh(tokens["refresh_token"])
    world.clock.advance(seconds=61)
    answers = await asyncio.gather(*(app.refresh(tokens["refresh_token"]) for _ in range(TIMES)))
    assert {answer.json()["error"] for answer in answers} == {"invalid_grant"}
    assert len(await world.events("refresh_token_replayed")) == 1


async def test_a_refresh_racing_its_revocation_leaves_nothing_alive(world: World) -> None:
    """Whatever the order: after the answer to the revocation no token of the grant works."""
    app = await world.app("spa", "spa")
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    refreshed, revoked = await asyncio.gather(app.refresh(token), app.revoke(token))
    assert revoked.status_code == 200
    if refreshed.status_code == 200:
        fresh = refreshed.json()
        assert (await app.userinfo(fresh["access_token"])).status_code == 401
        assert (await app.refresh(fresh["refresh_token"])).status_code == 400
