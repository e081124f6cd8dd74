"""A signing key's life as relying apps see it: published before it signs, and until its last token has expired."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from idp.keystore.rotation import Schedule
from idp.oidc import access_token, id_token
from idp.usecases.key_rotation import advance, rotate
from idp.values.actors import Actor
from tests.drivers.app_code import header_of
from tests.drivers.world import World

ADMIN = Actor(kind="command")
AHEAD = Schedule(longest_token=max(access_token.LIFETIME, id_token.LIFETIME)).publish_ahead

Jwks = Any  # as JSON gave it


async def jwks(world: World) -> Jwks:
    return (await world.http.get(world.issuer.url("/jwks"))).json()


def kids(document: Jwks) -> list[str]:
    return [key["kid"] for key in document["keys"] if key["alg"] == "RS256"]


def entry(document: Jwks, kid: str) -> dict[str, str]:
    found: dict[str, str] = next(key for key in document["keys"] if key["kid"] == kid)
    return found


def subject(token: str, document: Jwks) -> str:
    """As an app verifies it."""
    return str(jwt.decode(token, KeySet.import_key_set(document), algorithms=["RS256"]).claims["sub"])


async def test_the_next_key_is_published_a_day_before_it_signs_and_the_old_one_until_its_last_token_is_over(
    world: World,
) -> None:
    """O-50, OIDC Core 10.1.1: an app that reads the keys once a day never meets a token it cannot verify."""
    app, alice = await world.app(), await world.person()

    async def signed() -> str:
        return (await world.signed_in(app, account=alice))["id_token"]

    before = await jwks(world)
    (old,) = kids(before)
    first = await signed()
    assert header_of(first)["kid"] == old

    await rotate(world.services, ADMIN, "RS256", world.clock())
    published = await jwks(world)
    assert kids(published)[0] == old
    (new,) = set(kids(published)) - {old}
    await advance(world.services, world.clock.advance(seconds=AHEAD.total_seconds() - 60))
    assert header_of(await signed())["kid"] == old

    await advance(world.services, world.clock.advance(minutes=2))
    token = await signed()
    assert header_of(token)["kid"] == new
    assert subject(token, published) == subject(first, published)  # with the keys that an app read a day ago
    during = await jwks(world)
    assert kids(during) == [new, old]
    assert entry(during, old) == entry(before, old)  # certification: unchanged while it is published
    assert entry(during, new)["n"] != entry(during, old)["n"]

    await advance(world.services, world.clock.advance(minutes=14))
    assert kids(await jwks(world)) == [new, old]
    await advance(world.services, world.clock.advance(minutes=2))
    assert kids(await jwks(world)) == [new]


async def test_after_a_theft_the_new_key_signs_at_once(world: World) -> None:
    """Tokens of the old one still verify: it is published until they are over."""
    app, alice = await world.app(), await world.person()
    token = (await world.signed_in(app, account=alice))["id_token"]
    await rotate(world.services, ADMIN, "RS256", world.clock(), at_once=True)
    document = await jwks(world)
    assert subject(token, document)
    fresh = (await world.signed_in(app, account=alice))["id_token"]
    assert header_of(fresh)["kid"] == kids(document)[0]
    assert header_of(fresh)["kid"] != header_of(token)["kid"]
