"""Introspection (RFC 7662): whether a token stands, for its client and for those it is meant for."""

from __future__ import annotations

import pytest

from idp.usecases import clients
from idp.usecases.clients import Metadata
from idp.usecases.unit import unit
from tests.drivers.grants import COMMAND, Asked
from tests.drivers.world import World

INACTIVE = {"active": False}
API = "orders-api"


async def test_its_client_reads_what_stands_in_the_token(world: World) -> None:
    """RFC 7662 2.2, A-09 (RFC 9470 6.2): with acr and auth_time of the sign-in."""
    app = await world.app()
    account = await world.person()
    now = int(world.clock().timestamp())
    tokens = await world.signed_in(app, "openid", "email", account=account)
    answer = await app.introspect(tokens["access_token"])
    assert answer.headers["cache-control"] == "no-store"
    members = answer.json()
    assert len(members.pop("jti")) == 22
    assert members == {
        "active": True,
        "token_type": "Bearer",
        "iss": world.issuer,
        "client_id": "wiki",
        "sub": account.subject,
        "aud": world.issuer,
        "scope": "openid email",
        "iat": now,
        "exp": now + 600,
        "acr": "2fa",
        "auth_time": now,
    }


async def test_a_client_that_the_token_is_meant_for_may_ask(world: World) -> None:
    """The clients named in aud, and no other."""
    api = await world.app(API, "machine")
    stranger = await world.app("stranger", "machine")
    app = await world.app("shop", metadata=Metadata(scopes=("openid", "orders"), audiences=(API,)))
    token = (await world.signed_in(app, "openid", "orders"))["access_token"]
    assert (await api.introspect(token)).json()["active"] is True
    assert (await stranger.introspect(token)).json() == INACTIVE


async def test_a_refresh_token_is_seen_by_its_own_client_alone(world: World) -> None:
    """O-46."""
    app, stranger = await world.app(), await world.app("stranger")
    tokens = await world.signed_in(app, "openid", "offline_access")
    members = (await app.introspect(tokens["refresh_token"])).json()
    assert members["active"] is True
    assert members["exp"] == int(world.clock().timestamp()) + 30 * 86400
    assert (await stranger.introspect(tokens["refresh_token"])).json() == INACTIVE
    world.clock.advance(days=30)
    assert (await app.introspect(tokens["refresh_token"])).json() == INACTIVE


async def test_looking_at_a_refresh_token_is_no_use_of_it(world: World) -> None:
    """Its idle end stays where it is."""
    app = await world.app()
    tokens = await world.signed_in(app, "openid", "offline_access")
    world.clock.advance(days=29)
    await app.introspect(tokens["refresh_token"])
    world.clock.advance(days=1)
    assert (await app.refresh(tokens["refresh_token"])).status_code == 400


async def test_a_superseded_refresh_token_is_over(world: World) -> None:
    """RFC 9700 4.14; asked by its own client, which rotates by its own wish."""
    app = await world.app(metadata=Metadata(rotate_refresh_tokens=True))
    tokens = await world.signed_in(app, "openid", "offline_access")
    fresh = (await app.refresh(tokens["refresh_token"])).json()
    assert (await app.introspect(tokens["refresh_token"])).json() == INACTIVE
    assert (await app.introspect(fresh["refresh_token"])).json()["active"] is True


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "é" * 10, "A" * 43, "A" * 60_000])
async def test_unknown_tokens_are_inactive_and_nothing_more(world: World, token: str) -> None:
    """RFC 7662 2.2: exactly {"active": false}."""
    app = await world.app()
    answer = await app.introspect(token)
    assert (answer.status_code, answer.json()) == (200, INACTIVE)


async def test_an_id_token_and_a_code_are_inactive(world: World) -> None:
    """ASVS 9.2.2."""
    app = await world.app()
    account = await world.person()
    tokens = await world.signed_in(app, account=account)
    issued = await world.issued(app, account)
    assert (await app.introspect(tokens["id_token"])).json() == INACTIVE
    assert (await app.introspect(issued.code.expose())).json() == INACTIVE


async def test_expired_revoked_and_ended_tokens_are_inactive(world: World) -> None:
    """O-46, at once."""
    app = await world.app()
    account = await world.person()
    revoked = await world.signed_in(app, account=account)
    issued = await world.issued(app, account, Asked(scopes=("openid",)))
    ended = (await app.exchange(issued.code)).json()
    expired = await world.signed_in(app, account=account)
    await app.revoke(revoked["refresh_token"])
    await world.services.database.execute(
        "UPDATE browser_sessions SET ended_at = $2 WHERE id = $1", issued.session, world.clock()
    )
    assert (await app.introspect(revoked["access_token"])).json() == INACTIVE
    assert (await app.introspect(ended["access_token"])).json() == INACTIVE
    assert (await app.introspect(ended["refresh_token"])).json() == INACTIVE
    assert (await app.introspect(expired["access_token"])).json()["active"] is True
    world.clock.advance(minutes=10)
    assert (await app.introspect(expired["access_token"])).json() == INACTIVE


async def test_tokens_of_a_disabled_client_are_inactive(world: World) -> None:
    api = await world.app(API, "machine")
    robot = await world.app("robot", "machine", Metadata(scopes=("orders",), audiences=(API,)))
    token = (await robot.own_token()).json()["access_token"]
    assert (await api.introspect(token)).json()["active"] is True
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.set_active(made, "robot", active=False)
    assert (await api.introspect(token)).json() == INACTIVE


async def test_a_machines_own_token_names_no_person(world: World) -> None:
    """RFC 9068 2.2."""
    robot = await world.app("robot", "machine", Metadata(scopes=("orders",)))
    members = (await robot.introspect((await robot.own_token()).json()["access_token"])).json()
    assert members["sub"] == members["client_id"] == "robot"
    assert "acr" not in members


async def test_a_public_client_may_not_ask(world: World) -> None:
    """RFC 7662 2.1: authentication is required; the refusal is recorded."""
    app = await world.app("spa", "spa")
    answer = await app.introspect("x")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    (event,) = await world.events("client_authentication_failed")
    assert event["details"] == {"reason": "introspection needs client authentication", "endpoint": "introspect"}


async def test_a_missing_or_repeated_token_is_invalid_request(world: World) -> None:
    """RFC 7662 2.3, O-05."""
    app = await world.app()
    assert (await app.post("/introspect", {})).json()["error"] == "invalid_request"
    assert (await app.post("/introspect", {"token": ""})).json()["error"] == "invalid_request"
    answer = await app.post("/introspect", {"token": "x", "token_type_hint": "no_such_type"})
    assert answer.json() == INACTIVE


async def test_introspection_is_one_statement(world: World) -> None:
    """For each kind of token."""
    app = await world.app()
    robot = await world.app("robot", "machine", Metadata(scopes=("orders",)))
    tokens = await world.signed_in(app)
    own = (await robot.own_token()).json()["access_token"]
    await world.warm(app)
    await world.warm(robot)
    for asking, token in ((app, tokens["access_token"]), (app, tokens["refresh_token"]), (robot, own)):
        before = world.services.database.statements
        assert (await asking.introspect(token)).json()["active"] is True
        assert world.services.database.statements - before == 1
