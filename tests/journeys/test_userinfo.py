"""Userinfo (OIDC Core 5.3): the claims of granted scopes, for a token that still stands."""

from __future__ import annotations

import httpx2
import pytest

from idp.oidc.claims import CLAIM_SCOPE
from idp.usecases import clients, groups, user_access
from idp.usecases.clients import Metadata
from idp.usecases.unit import unit
from tests.drivers.app_code import claims_of
from tests.drivers.command_line import CommandLine
from tests.drivers.grants import COMMAND, Asked
from tests.drivers.world import World

ALL = ("openid", "profile", "email", "address", "phone", "groups")
PROFILE = '{"name": "Alice Liddell", "given_name": "Alice", "birthdate": "1852-05-04", "zoneinfo": "Europe/London"}'
DETAILS = """
UPDATE users SET profile = $2, address = '{"country": "GB", "locality": ""}', phone_number = '+441234567890'
WHERE id = $1
"""


async def test_only_what_was_granted_is_told(world: World) -> None:
    """O-44: sub always, and the same as in the ID token; a claim that is not known is left out."""
    app = await world.app()
    tokens = await world.signed_in(app)
    answer = await app.userinfo(tokens["access_token"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {"sub": claims_of(tokens["id_token"])["sub"]}


async def test_each_scope_brings_its_claims(world: World) -> None:
    """OIDC Core 5.4; OpenID conformance: numbers are numbers, booleans booleans, groups always a list."""
    app = await world.app(metadata=Metadata(scopes=ALL))
    account = await world.person()
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        for group in ("staff", "admins"):
            await groups.add(made, group)
            await groups.add_member(made, group, "alice")
    await world.services.database.execute(
        DETAILS.replace("$2", f"'{PROFILE}'::jsonb"),
        account.user,
    )
    tokens = await world.signed_in(app, *ALL, account=account)
    assert (await app.userinfo(tokens["access_token"])).json() == {
        "sub": account.subject,
        "name": "Alice Liddell",
        "given_name": "Alice",
        "birthdate": "1852-05-04",
        "zoneinfo": "Europe/London",
        "preferred_username": "alice",
        "updated_at": int(world.clock().timestamp()),
        "email": "alice@example.org",
        "email_verified": True,
        "address": {"country": "GB"},
        "phone_number": "+441234567890",
        "phone_number_verified": False,
        "groups": ["admins", "staff"],
    }


async def test_all_that_can_be_set_by_command_is_told(world: World, idp: CommandLine) -> None:
    """OpenID conformance: fourteen profile claims, e-mail, telephone and address, each well-formed."""
    app = await world.app(metadata=Metadata(scopes=ALL))
    account = await world.person()
    values = {
        "name": "Alice Pleasance Liddell",
        "given_name": "Alice",
        "family_name": "Liddell",
        "middle_name": "Pleasance",
        "nickname": "Al",
        "profile": "https://alice.example/about",
        "picture": "https://alice.example/me.png",
        "website": "https://alice.example",
        "gender": "female",
        "birthdate": "0000-05-04",
        "zoneinfo": "Europe/London",
        "locale": "en-GB",
        "phone_number": "+441234567890",
    }
    address = {
        "formatted": "Deanery\nOxford",
        "street_address": "Deanery",
        "locality": "Oxford",
        "region": "Oxfordshire",
        "postal_code": "OX1 1DP",
        "country": "GB",
    }
    dotted = {f"address.{part}": text for part, text in address.items()}
    pairs = [f"{name}={value}" for name, value in {**values, **dotted, "phone_number_verified": "true"}.items()]
    assert (await idp("user", "set", "alice", *pairs)).status == 0
    told = (await app.userinfo((await world.signed_in(app, *ALL, account=account))["access_token"])).json()
    assert told.pop("sub") == account.subject
    assert told.keys() == CLAIM_SCOPE.keys()
    assert 0 < told.pop("updated_at") <= world.clock().timestamp() + 1
    assert told == values | {
        "address": address,
        "preferred_username": "alice",
        "email": "alice@example.org",
        "email_verified": True,
        "phone_number_verified": True,
        "groups": [],
    }


async def test_somebody_in_no_group_has_an_empty_list(world: World) -> None:
    """docs/architecture.md, relying apps: a bare string or a missing claim breaks apps."""
    app = await world.app()
    tokens = await world.signed_in(app, "openid", "groups")
    assert (await app.userinfo(tokens["access_token"])).json()["groups"] == []


async def test_the_claims_are_those_of_now(world: World) -> None:
    """A changed address is told at the next request."""
    app = await world.app()
    account = await world.person()
    tokens = await world.signed_in(app, "openid", "email", account=account)
    await world.services.database.execute("UPDATE users SET email_verified = false WHERE id = $1", account.user)
    assert (await app.userinfo(tokens["access_token"])).json()["email_verified"] is False


async def test_the_token_may_come_in_a_post(world: World) -> None:
    """OIDC Core 5.3.1, RFC 6750 2.1 and 2.2: header with an empty body, or a form."""
    app = await world.app()
    token = (await world.signed_in(app))["access_token"]
    url, header = world.issuer.url("/userinfo"), {"Authorization": f"Bearer {token}"}
    assert (await world.http.post(url, headers=header)).status_code == 200
    assert (await world.http.post(url, headers={**header, "Content-Type": "application/json"})).status_code == 200
    assert (await world.http.post(url, data={"access_token": token})).status_code == 200
    assert (await world.http.get(url, headers={"Authorization": f"bEaReR {token}"})).status_code == 200


async def test_a_token_in_the_query_is_refused(world: World) -> None:
    """OAuth 2.1 5.1, O-44: URLs are logged."""
    app = await world.app()
    token = (await world.signed_in(app))["access_token"]
    answer = await world.http.get(world.issuer.url("/userinfo"), params={"access_token": token})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_token_in_two_ways_is_refused(world: World) -> None:
    """RFC 6750 2."""
    app = await world.app()
    token = (await world.signed_in(app))["access_token"]
    answer = await world.http.post(
        world.issuer.url("/userinfo"), data={"access_token": token}, headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    twice = httpx2.Headers([("Authorization", f"Bearer {token}")] * 2)
    assert (await world.http.get(world.issuer.url("/userinfo"), headers=twice)).status_code == 400


async def test_without_a_token_the_challenge_names_no_error(world: World) -> None:
    """RFC 6750 3.1."""
    answer = await world.http.get(world.issuer.url("/userinfo"))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="userinfo"'


@pytest.mark.parametrize("value", ["Basic abc", "Bearer", "Bearer a b", "Bearer é", "Bearer ..", "Bearer a.b.c"])
async def test_what_is_no_token_of_ours_is_invalid_token(world: World, value: str) -> None:
    """RFC 6750 3.1: 401 with the error in the challenge."""
    answer = await world.http.get(world.issuer.url("/userinfo"), headers={b"Authorization": value.encode()})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_an_altered_token_is_invalid(world: World) -> None:
    """O-45: one character dropped, added or changed; also after the right one was seen."""
    app = await world.app()
    token = (await world.signed_in(app))["access_token"]
    assert (await app.userinfo(token)).status_code == 200
    changed = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    for other in (token[:-1], token + "A", changed, token.swapcase()):
        assert (await app.userinfo(other)).status_code == 401


async def test_an_id_token_is_no_access_token(world: World) -> None:
    """O-43, RFC 9068 4."""
    app = await world.app()
    assert (await app.userinfo((await world.signed_in(app))["id_token"])).status_code == 401


async def test_a_token_lives_ten_minutes(world: World) -> None:
    """The answer says that it expired."""
    app = await world.app()
    token = (await world.signed_in(app))["access_token"]
    world.clock.advance(seconds=599)
    assert (await app.userinfo(token)).status_code == 200
    world.clock.advance(seconds=1)
    answer = await app.userinfo(token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_a_token_without_openid_has_too_little_scope(world: World) -> None:
    """403 insufficient_scope; a machine's own token never has it."""
    app = await world.app("api", metadata=Metadata(scopes=("read",)))
    answer = await app.userinfo((await world.signed_in(app, "read"))["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    robot = await world.app("robot", "machine")
    answer = await robot.userinfo((await robot.own_token()).json()["access_token"])
    assert answer.status_code == 403


async def test_a_token_for_other_audiences_only_is_refused(world: World) -> None:
    """RFC 9068 4: the issuer must stand in aud, which openid puts there."""
    app = await world.app("api", metadata=Metadata(scopes=("openid", "read"), audiences=("https://api.example.org",)))
    account = await world.person()
    with_openid = await world.signed_in(app, "openid", "read", account=account)
    assert (await app.userinfo(with_openid["access_token"])).status_code == 200
    without = await world.signed_in(app, "read", account=account)
    assert (await app.userinfo(without["access_token"])).status_code == 401


async def test_a_token_dies_with_what_it_rests_on(world: World) -> None:
    """O-44, O-29: the person disabled, the session ended, the client disabled."""
    app, other = await world.app(), await world.app("other")
    alice, bob = await world.person("alice"), await world.person("bob")
    of_alice = await world.signed_in(app, account=alice)
    issued = await world.issued(app, bob)
    of_bob = (await app.exchange(issued.code)).json()
    of_other = await world.signed_in(other, account=bob)
    async with unit(world.services, COMMAND, None, world.clock()) as made:
        await user_access.disable(made, "alice")
        await clients.set_active(made, "other", active=False)
    await world.services.database.execute(
        "UPDATE browser_sessions SET ended_at = $2 WHERE id = $1", issued.session, world.clock()
    )
    for tokens in (of_alice, of_bob, of_other):
        answer = await app.userinfo(tokens["access_token"])
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


async def test_with_offline_access_a_token_outlives_the_session(world: World) -> None:
    """OIDC Core 11."""
    app = await world.app()
    issued = await world.issued(app, asked=Asked(scopes=("openid", "offline_access")))
    token = (await app.exchange(issued.code)).json()["access_token"]
    await world.services.database.execute("DELETE FROM browser_sessions WHERE id = $1", issued.session)
    assert (await app.userinfo(token)).status_code == 200


async def test_userinfo_is_one_statement(world: World) -> None:
    """Grant and person in one query."""
    app = await world.app()
    token = (await world.signed_in(app, "openid", "groups"))["access_token"]
    await world.warm(app)
    before = world.services.database.statements
    assert (await app.userinfo(token)).status_code == 200
    assert world.services.database.statements - before == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_allowed(world: World, method: str) -> None:
    answer = await world.http.request(method, world.issuer.url("/userinfo"))
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
