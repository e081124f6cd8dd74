"""The token endpoint with refresh tokens (RFC 6749 6, RFC 9700 4.14, OIDC Core 12)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idp.authenticators.methods import Level, Method
from idp.policy.rules import Rule
from idp.usecases import clients, policy, user_access
from idp.usecases.clients import Metadata
from idp.usecases.unit import unit
from tests.drivers.app_code import claims_of
from tests.drivers.grants import COMMAND, Asked
from tests.drivers.world import World

OFFLINE = ("openid", "offline_access")
INVALID_GRANT = {"error": "invalid_grant", "error_description": "the grant is not valid, has expired or was revoked"}


async def test_a_refresh_repeats_the_sign_in_and_not_the_moment(world: World) -> None:
    """OIDC Core 12.2: same iss, sub, aud, auth_time, acr, amr, sid; new iat; no nonce; a new access token."""
    app = await world.app()
    tokens = await world.signed_in(app, *OFFLINE, "email")
    first = claims_of(tokens["id_token"])
    world.clock.advance(minutes=30)
    answer = await app.refresh(tokens["refresh_token"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    fresh = answer.json()
    again = claims_of(fresh["id_token"])
    moving = {"iat", "exp", "nonce", "at_hash"}
    assert {name: again[name] for name in again.keys() - moving} == {
        name: first[name] for name in first.keys() - moving
    }
    assert again["iat"] == first["iat"] + 1800
    assert "nonce" not in again
    assert fresh["access_token"] != tokens["access_token"]
    assert claims_of(fresh["access_token"])["auth_time"] == first["auth_time"]


async def test_a_confidential_client_keeps_its_token(world: World) -> None:
    """The secret binds it to the client, and parallel workers of one app do not get in one another's way."""
    app = await world.app()
    tokens = await world.signed_in(app, *OFFLINE)
    for _ in range(3):
        assert (await app.refresh(tokens["refresh_token"])).json()["refresh_token"] == tokens["refresh_token"]


async def test_a_public_client_gets_a_successor_each_time(world: World) -> None:
    """RFC 9700 4.14.2, O-27."""
    app = await world.app("spa", "spa")
    seen = [(await world.signed_in(app, *OFFLINE))["refresh_token"]]
    for _ in range(3):
        seen.append((await app.refresh(seen[-1])).json()["refresh_token"])
    assert len(set(seen)) == 4


async def test_within_the_grace_the_same_successor_comes_again(world: World) -> None:
    """A client whose answer was lost is not locked out (FAPI 2 asks for more than 30 s)."""
    app = await world.app("spa", "spa")
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    successor = (await app.refresh(token)).json()["refresh_token"]
    world.clock.advance(seconds=59)
    assert (await app.refresh(token)).json()["refresh_token"] == successor
    assert (await app.refresh(successor)).status_code == 200


async def test_after_the_grace_the_old_token_ends_the_grant(world: World) -> None:
    """RFC 9700 4.14.2: whoever brings it, the family is over."""
    app = await world.app("spa", "spa")
    tokens = await world.signed_in(app, *OFFLINE)
    fresh = (await app.refresh(tokens["refresh_token"])).json()
    world.clock.advance(seconds=60)
    answer = await app.refresh(tokens["refresh_token"])
    assert (answer.status_code, answer.json()) == (400, INVALID_GRANT)
    assert (await app.refresh(fresh["refresh_token"])).json() == INVALID_GRANT
    assert (await app.userinfo(fresh["access_token"])).status_code == 401
    (event,) = await world.events("refresh_token_replayed")
    assert event["client_id"] == "spa"


async def test_the_grace_ends_at_the_successors_first_use(world: World) -> None:
    """Then the client has it, so the old one can only be stolen."""
    app = await world.app("spa", "spa")
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    successor = (await app.refresh(token)).json()["refresh_token"]
    third = (await app.refresh(successor)).json()["refresh_token"]
    world.clock.advance(seconds=5)
    assert (await app.refresh(token)).json() == INVALID_GRANT
    assert (await app.refresh(third)).json() == INVALID_GRANT


async def test_another_clients_refresh_token_is_invalid_grant(world: World) -> None:
    """RFC 6749 6; OpenID conformance: not invalid_client. The token stays valid."""
    app, thief = await world.app("wiki"), await world.app("thief")
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    answer = await thief.refresh(token)
    assert (answer.status_code, answer.json()) == (400, INVALID_GRANT)
    assert (await app.refresh(token)).status_code == 200


async def test_scope_may_narrow_and_never_widen(world: World) -> None:
    """RFC 6749 6, O-30: the family keeps the original."""
    app = await world.app()
    token = (await world.signed_in(app, *OFFLINE, "email"))["refresh_token"]
    narrowed = (await app.refresh(token, "email")).json()
    assert narrowed["scope"] == "email"
    assert "id_token" not in narrowed
    wider = await app.refresh(token, "openid email groups")
    assert (wider.status_code, wider.json()["error"]) == (400, "invalid_scope")
    assert (await app.refresh(token)).json()["scope"] == "openid offline_access email"


async def test_with_offline_access_it_ends_thirty_days_after_its_last_use(world: World) -> None:
    """Idle 30 days; a use moves that, though it is written once an hour at most."""
    app = await world.app()
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    world.clock.advance(days=29)
    assert (await app.refresh(token)).status_code == 200
    world.clock.advance(days=29, hours=23)
    assert (await app.refresh(token)).status_code == 200
    world.clock.advance(days=30, seconds=1)
    assert (await app.refresh(token)).json() == INVALID_GRANT


@pytest.mark.parametrize("kind", ["web", "spa"])
async def test_with_offline_access_it_ends_after_180_days_however_used(world: World, kind: clients.Kind) -> None:
    """The absolute end."""
    app = await world.app("app", kind)
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    for _ in range(7):
        world.clock.advance(days=25)
        token = (await app.refresh(token)).json()["refresh_token"]
    world.clock.advance(days=4, hours=23)
    token = (await app.refresh(token)).json()["refresh_token"]
    world.clock.advance(hours=1)
    assert (await app.refresh(token)).json() == INVALID_GRANT


async def test_without_offline_access_it_ends_with_the_session(world: World) -> None:
    """Decision 7: at sign-out or session kill, whichever way that row is written."""
    app = await world.app()
    issued = await world.issued(app)
    token = (await app.exchange(issued.code)).json()["refresh_token"]
    assert (await app.refresh(token)).status_code == 200
    await world.services.database.execute(
        "UPDATE browser_sessions SET ended_at = $2 WHERE id = $1", issued.session, world.clock()
    )
    assert (await app.refresh(token)).json() == INVALID_GRANT


async def test_without_offline_access_it_ends_at_the_sessions_absolute_end(world: World) -> None:
    """Not at its idle end."""
    app = await world.app()
    token = (await app.exchange((await world.issued(app, asked=Asked(session_hours=9))).code)).json()["refresh_token"]
    world.clock.advance(hours=8, minutes=59)
    assert (await app.refresh(token)).status_code == 200
    world.clock.advance(minutes=1)
    assert (await app.refresh(token)).json() == INVALID_GRANT


async def test_offline_access_outlives_the_session(world: World) -> None:
    """OIDC Core 11."""
    app = await world.app()
    issued = await world.issued(app, asked=Asked(scopes=OFFLINE))
    token = (await app.exchange(issued.code)).json()["refresh_token"]
    await world.services.database.execute("DELETE FROM browser_sessions WHERE id = $1", issued.session)
    world.clock.advance(days=2)
    assert (await app.refresh(token)).status_code == 200


async def test_the_policy_is_asked_again(world: World) -> None:
    """A-20: a rule made since the sign-in is not outlived by a token."""
    app = await world.app()
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await policy.set_rule(made, "server", "", Rule(level=None))
    account = await world.person()
    await world.services.database.execute("DELETE FROM totp_authenticators WHERE user_id = $1", account.user)
    await world.services.database.execute(
        "INSERT INTO passwords (user_id, hash, long_enough_alone, set_at) VALUES ($1, '$argon2id$', true, $2)",
        account.user,
        world.clock(),
    )
    issued = await world.issued(app, account, Asked(methods=(Method.PASSWORD,), scopes=OFFLINE))
    tokens = (await app.exchange(issued.code)).json()
    assert claims_of(tokens["id_token"])["acr"] == "1fa"
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await policy.set_rule(made, "client", "wiki", Rule(level=Level.TWO))
    assert (await app.refresh(tokens["refresh_token"])).json() == INVALID_GRANT
    (event,) = await world.events("token_refused")
    assert event["details"] == {"error": "invalid_grant", "reason": "policy_unmet", "grant": str(issued.grant)}


async def test_a_required_factor_that_is_gone_ends_refreshing(world: World) -> None:
    """A required factor with none left gives invalid_grant."""
    app = await world.app()
    account = await world.person()
    token = (await world.signed_in(app, *OFFLINE, account=account))["refresh_token"]
    await world.services.database.execute("DELETE FROM totp_authenticators WHERE user_id = $1", account.user)
    assert (await app.refresh(token)).json() == INVALID_GRANT


async def test_a_disabled_person_refreshes_nothing(world: World) -> None:
    """O-29, O-61."""
    app = await world.app()
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await user_access.disable(made, "alice")
    assert (await app.refresh(token)).json() == INVALID_GRANT


async def test_an_access_token_is_no_refresh_token(world: World) -> None:
    """ASVS 9.2.2: tokens are not interchangeable."""
    app = await world.app()
    tokens = await world.signed_in(app, *OFFLINE)
    assert (await app.refresh(tokens["access_token"])).json() == INVALID_GRANT
    assert (await app.refresh(tokens["refresh_token"][:-1])).json() == INVALID_GRANT


async def test_a_confidential_client_may_be_made_to_rotate(world: World) -> None:
    """They keep theirs unless set otherwise."""
    app = await world.app(metadata=Metadata(rotate_refresh_tokens=True))
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    assert (await app.refresh(token)).json()["refresh_token"] != token


async def test_a_client_that_stops_rotating_keeps_the_successor_it_was_given(world: World) -> None:
    """Also where the answer that held it was lost."""
    app = await world.app(metadata=Metadata(rotate_refresh_tokens=True))
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    successor = (await app.refresh(token)).json()["refresh_token"]
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await clients.change(made, "wiki", Metadata(rotate_refresh_tokens=False))
    assert (await app.refresh(token)).json()["refresh_token"] == successor
    assert (await app.refresh(successor)).json()["refresh_token"] == successor


@pytest.mark.parametrize(("kind", "statements"), [("web", 1), ("spa", 2)])
async def test_a_refresh_is_one_statement_and_with_rotation_two(
    world: World, kind: clients.Kind, statements: int
) -> None:
    """Also where the idle end is written."""
    app = await world.app("app", kind)
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    world.clock.advance(hours=2)
    await world.warm(app)
    before = world.services.database.statements
    assert (await app.refresh(token)).status_code == 200
    assert world.services.database.statements - before == statements


async def test_the_idle_end_is_written_once_an_hour_at_most(world: World) -> None:
    """A token used every minute does not cost a write every minute."""
    app = await world.app()
    token = (await world.signed_in(app, *OFFLINE))["refresh_token"]
    made_at = world.clock()
    idle = "SELECT idle_until FROM refresh_tokens"
    world.clock.advance(minutes=59)
    await app.refresh(token)
    assert await world.services.database.fetchval(idle) == made_at + timedelta(days=30)
    used_at = world.clock.advance(minutes=2)
    await app.refresh(token)
    assert await world.services.database.fetchval(idle) == used_at + timedelta(days=30)
