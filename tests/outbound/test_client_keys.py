"""Keys at a client's jwks_uri: fetched when needed, followed when they change, harmless when they cannot be had."""

from __future__ import annotations

import asyncio

import pytest

from idp.oidc.client_metadata import ClientMetadata
from idp.usecases.client_keys import AGAIN, FRESH, LONGEST
from tests.drivers.client_signer import ClientSigner
from tests.drivers.signing_clients import SigningApp, signing_app
from tests.drivers.strange_server import StrangeServer
from tests.drivers.world import World

OLD, NEW = ClientSigner.of("ES256", "old"), ClientSigner.of("ES256", "new")


def publish(site: StrangeServer, *signers: ClientSigner, path: str = "/jwks") -> None:
    """The client's keys from now on."""
    site.publish(*(signer.jwk for signer in signers), path=path)


async def robot_at(world: World, uri: str, name: str = "robot", signer: ClientSigner = OLD) -> SigningApp:
    """A client whose keys lie there."""
    return await signing_app(world, name, signer, metadata=ClientMetadata(jwks_uri=uri))


async def accepted(robot: SigningApp, signer: ClientSigner | None = None) -> bool:
    """Whether it proves itself now, with that key."""
    answer = await robot.signing_with(signer or robot.signer).own_token()
    assert answer.status_code in {200, 401}, answer.text
    return answer.status_code == 200


async def faults(world: World) -> list[object]:
    """Why nothing could be fetched, as an auditor reads it."""
    events = await world.events("document_not_fetched")
    assert {event["client_id"] for event in events} <= {"robot"}
    return [event["details"]["reason"] for event in events if isinstance(event["details"], dict)]


async def test_keys_are_fetched_once_and_kept(world: World, reachable: StrangeServer) -> None:
    publish(reachable, OLD)
    robot = await robot_at(world, reachable.url("/jwks"))
    assert [await accepted(robot) for _ in range(3)] == [True] * 3
    assert reachable.connections == 1
    world.clock.advance(seconds=FRESH.total_seconds())
    assert await accepted(robot)
    assert reachable.connections == 2
    assert await faults(world) == []


async def test_many_at_once_fetch_once(world: World, reachable: StrangeServer) -> None:
    """Single flight."""
    publish(reachable, OLD)
    robot = await robot_at(world, reachable.url("/jwks"))
    assert await asyncio.gather(*(accepted(robot) for _ in range(20))) == [True] * 20
    assert reachable.connections == 1


@pytest.mark.parametrize("kid", ["new", None])
async def test_a_new_key_works_at_once(world: World, reachable: StrangeServer, kid: str | None) -> None:
    """OpenID conformance, oidcc-refresh-token-rp-key-rotation; keys without kid rotate as well."""
    publish(reachable, ClientSigner.of("ES256", kid and "old"))
    new = ClientSigner.of("ES256", kid)
    robot = await robot_at(world, reachable.url("/jwks"), signer=new)
    assert not await accepted(robot)
    publish(reachable, new)
    world.clock.advance(seconds=AGAIN.total_seconds())
    assert await accepted(robot)


async def test_a_key_taken_out_of_the_set_works_no_longer(world: World, reachable: StrangeServer) -> None:
    """At the latest when the set is read again: by itself, or for the sake of the new key."""
    publish(reachable, OLD)
    robot = await robot_at(world, reachable.url("/jwks"))
    assert await accepted(robot)
    publish(reachable, NEW)
    world.clock.advance(seconds=FRESH.total_seconds())
    assert not await accepted(robot)
    assert await accepted(robot, NEW)


async def test_forged_assertions_make_few_fetches(world: World, reachable: StrangeServer) -> None:
    """Anybody may send them: the client's server must not suffer."""
    publish(reachable, OLD)
    robot = await robot_at(world, reachable.url("/jwks"))
    assert await accepted(robot)
    for _ in range(3):
        world.clock.advance(seconds=AGAIN.total_seconds())
        assert await asyncio.gather(*(accepted(robot, NEW) for _ in range(5))) == [False] * 5
    assert reachable.connections == 1 + 3


async def test_what_is_wrong_by_itself_makes_none(world: World, reachable: StrangeServer) -> None:
    """Neither do clients that do not authenticate so."""
    publish(reachable, OLD)
    robot = await robot_at(world, reachable.url("/jwks"))
    for claims in ({"exp": 5}, {"aud": "https://other.example"}, {"jti": None}):
        assert (await robot.own_token(robot.assertion(**claims))).status_code == 401
    assert reachable.connections == 0


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/large", "too_large"),
        ("/html", "wrong_type"),
        ("/redirect", "redirected"),
        ("/missing", "wrong_status"),
        ("/cut", "broken"),
        ("/hang", "timeout"),
        ("/drip", "timeout"),
        ("/endless", "too_large"),
    ],
)
async def test_what_cannot_be_used_is_refused_and_said(
    world: World, reachable: StrangeServer, path: str, reason: str
) -> None:
    """O-36: a megabyte, a page, a redirect, an endless wait; within the five seconds of a fetch."""
    robot = await robot_at(world, reachable.url(path))
    assert not await accepted(robot)
    assert await faults(world) == [reason]
    assert not await accepted(robot)
    assert await faults(world) == [reason]
    (refused, _) = await world.events("client_authentication_failed")
    assert refused["details"] == {"reason": "the signature does not match", "endpoint": "token"}


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("http://localhost/jwks", "not_https"),
        ("https://127.0.0.1/jwks", "private_address"),
        ("https://169.254.169.254/latest", "private_address"),
        ("https://[::1]/jwks", "private_address"),
        ("https://no-such-host.invalid/jwks", "unresolved"),
    ],
)
async def test_addresses_that_are_not_fetched_from(world: World, uri: str, reason: str) -> None:
    """Although registered: that alone opens no way into our network."""
    robot = await robot_at(world, uri)
    assert not await accepted(robot)
    assert await faults(world) == [reason]


async def test_a_set_of_more_keys_than_anybody_needs_is_none(world: World, reachable: StrangeServer) -> None:
    publish(reachable, *[OLD] * 51)
    robot = await robot_at(world, reachable.url("/jwks"))
    assert not await accepted(robot)
    assert await faults(world) == ["wrong_type"]


async def test_while_they_cannot_be_fetched_known_keys_serve_on_for_an_hour(
    world: World, reachable: StrangeServer
) -> None:
    publish(reachable, OLD)
    robot = await robot_at(world, reachable.url("/jwks"))
    assert await accepted(robot)
    reachable.pages["/jwks"] = reachable.pages["/failing"]
    world.clock.advance(seconds=FRESH.total_seconds())
    assert await accepted(robot)
    world.clock.advance(seconds=(LONGEST - FRESH).total_seconds() - 1)
    assert await accepted(robot)
    world.clock.advance(seconds=AGAIN.total_seconds())
    assert not await accepted(robot)
    assert await faults(world) == ["wrong_status"] * 3
    publish(reachable, OLD)
    world.clock.advance(seconds=AGAIN.total_seconds())
    assert await accepted(robot)


async def test_one_that_hangs_costs_the_others_nothing(world: World, reachable: StrangeServer) -> None:
    """Neither a connection to the database nor their turn."""
    publish(reachable, NEW)
    hanging = await robot_at(world, reachable.url("/hang"))
    other = await robot_at(world, reachable.url("/jwks"), "other", NEW)
    waiting = [asyncio.create_task(accepted(hanging)) for _ in range(20)]
    await reachable.asked()
    assert await asyncio.gather(*(accepted(other) for _ in range(10))) == [True] * 10
    assert not any(task.done() for task in waiting)
    assert await asyncio.gather(*waiting) == [False] * 20
    assert reachable.connections == 2


async def test_who_stops_waiting_does_not_fail_the_others(world: World, reachable: StrangeServer) -> None:
    """A browser or app that hangs up while the fetch runs."""
    robot = await robot_at(world, reachable.url("/hang"))
    first = asyncio.create_task(accepted(robot))
    await reachable.asked()
    second = asyncio.create_task(accepted(robot))
    await asyncio.sleep(0.05)
    first.cancel()
    assert not await second
    assert reachable.connections == 1


async def test_a_registration_that_changes_takes_its_keys_with_it(world: World, reachable: StrangeServer) -> None:
    publish(reachable, OLD)
    publish(reachable, NEW, path="/elsewhere")
    robot = await robot_at(world, reachable.url("/jwks"))
    assert await accepted(robot)
    moved = await robot.registered_with(ClientMetadata(jwks_uri=reachable.url("/elsewhere")))
    assert not await accepted(moved)
    assert await accepted(moved, NEW)
    inline = await robot.registered_with(ClientMetadata(jwks=(OLD.jwk,)))
    assert await accepted(inline)
    assert not await accepted(inline, NEW)


async def test_a_key_counts_for_the_client_alone_that_published_it(world: World, reachable: StrangeServer) -> None:
    publish(reachable, OLD)
    publish(reachable, NEW, path="/other")
    await robot_at(world, reachable.url("/jwks"))
    other = await robot_at(world, reachable.url("/other"), "other", NEW)
    assert await accepted(other)
    assert not await accepted(other, OLD)
