"""Revocation (RFC 7009): a token given back takes with it what descends from the same grant."""

from __future__ import annotations

import pytest

from idp.usecases.clients import Metadata
from tests.drivers.world import World


@pytest.mark.parametrize("which", ["refresh_token", "access_token"])
async def test_a_persons_token_takes_its_whole_grant(world: World, which: str) -> None:
    """O-48, RFC 7009 2.1: the access tokens of a revoked refresh token too."""
    app = await world.app()
    tokens = await world.signed_in(app, "openid", "offline_access")
    answer = await app.revoke(tokens[which])
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert (await app.userinfo(tokens["access_token"])).status_code == 401
    assert (await app.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await app.introspect(tokens["access_token"])).json() == {"active": False}
    (event,) = await world.events("token_revoked")
    assert event["client_id"] == "wiki"
    assert event["user_id"] is not None


async def test_other_grants_of_the_same_person_stay(world: World) -> None:
    """The grant is the unit of revocation."""
    app = await world.app()
    account = await world.person()
    one, other = await world.signed_in(app, account=account), await world.signed_in(app, account=account)
    await app.revoke(one["refresh_token"])
    assert (await app.userinfo(other["access_token"])).status_code == 200


async def test_a_machine_token_is_refused_until_it_would_have_expired(world: World) -> None:
    """Its jti is stored, nothing else; the machine's other tokens stay."""
    robot = await world.app("robot", "machine", Metadata(scopes=("orders",)))
    gone, kept = [(await robot.own_token()).json()["access_token"] for _ in range(2)]
    assert (await robot.revoke(gone)).status_code == 200
    assert (await robot.introspect(gone)).json() == {"active": False}
    assert (await robot.introspect(kept)).json()["active"] is True
    assert await world.services.database.fetchval("SELECT count(*) FROM revoked_tokens") == 1


async def test_revoking_twice_is_no_error_and_recorded_once(world: World) -> None:
    """RFC 7009 2.2: an invalid token is no error."""
    app = await world.app()
    robot = await world.app("robot", "machine", Metadata(scopes=("orders",)))
    token = (await world.signed_in(app))["refresh_token"]
    own = (await robot.own_token()).json()["access_token"]
    for _ in range(2):
        assert (await app.revoke(token)).status_code == 200
        assert (await robot.revoke(own)).status_code == 200
    assert len(await world.events("token_revoked")) == 2


@pytest.mark.parametrize("token", ["unknown", "a.b.c", "A" * 43, "é"])
async def test_an_unknown_token_is_answered_200(world: World, token: str) -> None:
    """RFC 7009 2.2."""
    app = await world.app()
    assert (await app.revoke(token)).status_code == 200


@pytest.mark.parametrize("which", ["refresh_token", "access_token"])
async def test_another_clients_token_is_refused_and_stays_valid(world: World, which: str) -> None:
    """RFC 7009 2.1, O-48."""
    app, thief = await world.app(), await world.app("thief")
    tokens = await world.signed_in(app)
    answer = await thief.revoke(tokens[which])
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert (await app.userinfo(tokens["access_token"])).status_code == 200


async def test_a_public_client_may_revoke_its_own(world: World) -> None:
    """RFC 7009 2.1: it names itself."""
    app = await world.app("spa", "spa")
    tokens = await world.signed_in(app, "openid", "offline_access")
    fresh = (await app.refresh(tokens["refresh_token"])).json()
    assert (await app.revoke(tokens["refresh_token"])).status_code == 200
    assert (await app.refresh(fresh["refresh_token"])).json()["error"] == "invalid_grant"


async def test_revocation_needs_client_authentication_and_a_token(world: World) -> None:
    """RFC 7009 2.1."""
    app = await world.app()
    assert (await app.post("/revoke", {"token": "x"}, proved=False)).status_code == 401
    assert (await app.post("/revoke", {})).json()["error"] == "invalid_request"


async def test_while_the_database_is_away_it_is_503(world: World) -> None:
    """RFC 7009 2.2.1, O-48: never a 200 for what was not done."""
    app = await world.app()
    tokens = await world.signed_in(app)
    await world.services.database.close()
    for token in (tokens["access_token"], tokens["refresh_token"]):
        answer = await app.revoke(token)
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
