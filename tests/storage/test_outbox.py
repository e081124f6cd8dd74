"""The outbox on a real PostgreSQL: one entry for each app and ended session, claimed by one sender at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from idp.storage import outbox, sessions
from idp.storage.database import Database
from idp.storage.outbox import Claim, Claimed, Ended, Outcome
from idp.usecases.metrics import exposition
from idp.usecases.services import Services
from idp.values.ids import ClientId, SessionId
from tests.drivers.clock import MovableClock
from tests.drivers.grants import add_client, add_person, issue
from tests.drivers.outbox import entries, say

LEASE = timedelta(seconds=30)
TOLD = {"backchannel_logout_uri": "https://app.example.org/logged-out"}
FILL = """
INSERT INTO outbox (kind, client_id, user_id, sub, session_id, made_at, due_at)
SELECT 'backchannel_logout', $1, id, sub, gen_random_uuid(), $2, $2 FROM users, generate_series(1, $3)
"""

LINE = """
INSERT INTO browser_sessions (id, user_id, cookie, proofs, created_at, seen_at, expires_at, follows)
SELECT line.id, s.user_id, sha256(uuid_send(line.id)), s.proofs, s.created_at, s.seen_at, s.expires_at, line.follows
FROM browser_sessions s, unnest($2::uuid[], $3::uuid[]) AS line(id, follows) WHERE s.id = $1
"""


def wanted(at: datetime, *not_of: str, of_each: int = 4, at_most: int = 16) -> Claim:
    return Claim(until=at + LEASE, not_of=[ClientId(name) for name in not_of], of_each=of_each, at_most=at_most)


async def claimed(database: Database, at: datetime, *not_of: str, of_each: int = 4, at_most: int = 16) -> list[Claimed]:
    return await outbox.claim(database, wanted(at, *not_of, of_each=of_each, at_most=at_most), at)


@pytest.fixture
async def filled(services: Services, clock: MovableClock) -> Services:
    """Ten entries of `slow`, which were there first, and three of `quick`."""
    await add_person(services)
    for name, count in (("slow", 10), ("quick", 3)):
        await add_client(services, name)
        await services.database.execute(FILL, name, clock(), count)
        clock.advance(seconds=1)
    return services


async def test_each_app_of_a_session_is_told_once_of_its_end(services: Services, clock: MovableClock) -> None:
    """Back-Channel Logout 2.3; of several grants of one app one notice, and none for an app that wants none."""
    alice = await add_person(services)
    wiki = (await add_client(services, "wiki")).client
    chat = (await add_client(services, "chat")).client
    await say(services, "wiki", **TOLD)
    issued = await issue(services, wiki, alice)
    for again in (wiki, chat):
        other = await issue(services, again, alice)
        await services.database.execute("UPDATE grants SET session_id = $1 WHERE id = $2", issued.session, other.grant)
    end = "UPDATE browser_sessions SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL"
    for _ in range(2):
        await services.database.execute(end, clock(), issued.session)
    (entry,) = await entries(services)
    assert (entry["client_id"], entry["user_id"], entry["session_id"]) == ("wiki", alice.user, issued.session)
    assert (entry["due_at"], entry["tries"], entry["outcome"]) == (clock(), 0, None)


async def test_a_line_of_any_length_ends_with_its_last_session(services: Services, clock: MovableClock) -> None:
    """A browser signed in anew every minute of a day: signing out is no deeper than with one."""
    first = await issue(services, (await add_client(services, "wiki")).client, await add_person(services))
    await say(services, "wiki", **TOLD)
    line = [uuid4() for _ in range(1440)]
    await services.database.execute(LINE, first.session, line, [first.session, *line[:-1]])
    told = await sessions.end(services.database, SessionId(line[-1]), clock(), [])
    assert told == ()
    assert await services.database.fetchval("SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL") == 0
    assert [entry["session_id"] for entry in await entries(services)] == [first.session]


async def test_a_disabled_client_is_told_nothing(services: Services, clock: MovableClock) -> None:
    await issue(services, (await add_client(services, "wiki")).client, await add_person(services))
    await say(services, "wiki", **TOLD)
    await services.database.execute("UPDATE clients SET status = 'disabled'")
    await services.database.execute("UPDATE browser_sessions SET ended_at = $1", clock())
    assert await entries(services) == []


async def test_of_many_senders_each_entry_has_one(filled: Services, clock: MovableClock) -> None:
    """FOR UPDATE SKIP LOCKED, and a claim that the others see."""
    found = await asyncio.gather(*(claimed(filled.database, clock(), of_each=99, at_most=99) for _ in range(8)))
    taken = Counter(each.id for several in found for each in several)
    assert len(taken) == 13
    assert set(taken.values()) == {1}


async def test_a_claim_is_one_try_and_runs_out(filled: Services, clock: MovableClock) -> None:
    """A sender that died is followed by another; it comes too late to say anything."""
    (first,) = await claimed(filled.database, clock(), at_most=1)
    assert first.number == 1
    assert first.id not in {each.id for each in await claimed(filled.database, clock(), of_each=99, at_most=99)}
    clock.advance(seconds=30)
    second = next(each for each in await claimed(filled.database, clock(), of_each=99) if each.id == first.id)
    assert second.number == 2
    assert not await outbox.finish(filled.database, first, Ended(outcome="delivered"), [], clock())
    assert not await outbox.postpone(filled.database, first, "timeout", [], clock())
    assert await outbox.finish(filled.database, second, Ended(outcome="delivered"), [], clock())
    assert not await outbox.finish(filled.database, second, Ended(outcome="failed"), [], clock())


async def test_no_client_fills_all_places(filled: Services, clock: MovableClock) -> None:
    """Some of each; and none of those that the sender is talking to already."""
    found = await claimed(filled.database, clock(), of_each=2, at_most=4)
    assert Counter(each.lane for each in found) == {"slow": 2, "quick": 2}
    assert {each.lane for each in await claimed(filled.database, clock(), "slow")} == {"quick"}
    assert await claimed(filled.database, clock(), "slow", "quick") == []


async def test_an_entry_put_off_is_due_then_and_not_before(filled: Services, clock: MovableClock) -> None:
    for each in await claimed(filled.database, clock(), of_each=99, at_most=99):
        await outbox.postpone(filled.database, each, "timeout", [], clock() + timedelta(minutes=2))
    clock.advance(seconds=119)
    assert await claimed(filled.database, clock()) == []
    clock.advance(seconds=1)
    assert len(await claimed(filled.database, clock(), of_each=99, at_most=99)) == 13


async def test_a_client_is_unreached_until_something_reaches_it(filled: Services, clock: MovableClock) -> None:
    told: list[tuple[Outcome, tuple[str, ...], int, int]] = [
        ("delivered", (), 12, 0),
        ("failed", ("quick",), 11, 1),
        ("delivered", (), 10, 1),
    ]
    for outcome, unreached, waiting, given_up in told:
        (each,) = await claimed(filled.database, clock.advance(seconds=1), "slow", at_most=1)
        await outbox.finish(filled.database, each, Ended(outcome=outcome), [], clock())
        assert await outbox.unreached(filled.database) == unreached
        assert await outbox.counts(filled.database) == (waiting, given_up)


async def test_a_monitor_sees_what_waits_and_what_was_given_up(filled: Services, clock: MovableClock) -> None:
    """The same number at each worker, and the last one known while the database is away."""
    (each,) = await claimed(filled.database, clock(), at_most=1)
    await outbox.finish(filled.database, each, Ended(outcome="failed", fault="tls"), [], clock())
    for _ in range(2):
        text = (await exposition(filled)).decode()
        assert "\nidp_outbox_waiting 12.0\n" in text
        assert "\nidp_outbox_given_up 1.0\n" in text
        await filled.database.close()
