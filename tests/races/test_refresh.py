"""One rotating refresh token, many hands at once: one successor and one family (RFC 9700 4.14, O-28)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx2

from idp.storage.database import Database
from idp.values.secrets import RefreshToken
from tests.drivers.app_code import RelyingApp
from tests.drivers.world import World
from tests.races.holding import let_in_at_once

TIMES = 20
TOKEN = "SELECT digest FROM refresh_tokens WHERE digest = $1 FOR UPDATE"
OFFLINE = ("openid", "offline_access")


async def only_one_family(world: World, app: RelyingApp, token: str, answers: Sequence[httpx2.Response]) -> None:
    """All got the same successor, it works, and there is no other."""
    assert {answer.status_code for answer in answers} == {200}
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert successor != token
    assert await world.services.database.fetchval("SELECT count(*) FROM refresh_tokens") == 2
    assert (await app.refresh(successor)).status_code == 200
    assert await world.services.database.fetchval("SELECT count(*) FROM grants WHERE revoked_at IS NULL") == 1


async def test_twenty_refreshes_get_the_same_successor(world: World) -> None:
    """The grace gives the one successor again; nothing forks."""
    app = await world.app("spa", "spa")
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    await only_one_family(world, app, token, await asyncio.gather(*(app.refresh(token) for _ in range(TIMES))))


async def test_refreshes_that_read_before_any_of_them_rotated(world: World, database: Database) -> None:
    """O-28: all found the token unused; one replaces it, the others decide anew."""
    app = await world.app("spa", "spa")
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    digest = RefreshToken(token).digest().octets
    requests = [app.refresh(token) for _ in range(TIMES)]
    await only_one_family(world, app, token, await let_in_at_once(database, TOKEN, digest, requests))


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
