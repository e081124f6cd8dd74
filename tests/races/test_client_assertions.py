"""One client assertion, many hands at once: a single success, whatever the order in which the database serves them."""

from __future__ import annotations

import asyncio
from collections import Counter

from idp.storage.database import Database
from tests.drivers.client_signer import ClientSigner
from tests.drivers.signing_clients import signing_app
from tests.drivers.world import World
from tests.races.holding import let_in_at_once

TIMES = 20
CLIENT = "SELECT client_id FROM clients WHERE client_id = $1 FOR UPDATE"


async def test_of_twenty_uses_one_succeeds(world: World) -> None:
    """O-24, RFC 7523 3."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    assertion = robot.assertion()
    answers = await asyncio.gather(*(robot.own_token(assertion) for _ in range(TIMES)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: TIMES - 1}
    assert len(await world.events("client_authentication_failed")) == TIMES - 1


async def test_of_twenty_that_wait_for_one_another_one_succeeds(world: World, database: Database) -> None:
    """Each of them has asked before any of them was told: the first waits for its client, the others for the first."""
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    assertion = robot.assertion()
    requests = [robot.own_token(assertion) for _ in range(TIMES)]
    answers = await let_in_at_once(database, CLIENT, robot.client_id, requests)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: TIMES - 1}


async def test_twenty_assertions_are_twenty_uses(world: World) -> None:
    robot = await signing_app(world, "robot", ClientSigner.of("ES256"))
    answers = await asyncio.gather(*(robot.own_token() for _ in range(TIMES)))
    assert Counter(answer.status_code for answer in answers) == {200: TIMES}
