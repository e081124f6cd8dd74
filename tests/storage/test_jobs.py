"""Scheduled work: one node of any number does it, a failure is tried again, and the purge takes what is over."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

from idp.jobs.runner import RETRY_AFTER, run_due
from idp.jobs.schedule import JOBS, Job
from idp.storage import purge
from idp.usecases.housekeeping import purge_expired
from idp.usecases.services import Services
from tests.drivers.clock import MovableClock

HOUR = timedelta(hours=1)


async def test_of_many_nodes_one_does_the_work(services: Services, clock: MovableClock) -> None:
    done = []

    async def work(_: Services, at: datetime) -> None:
        done.append(at)

    jobs = [Job(name="work", every=HOUR, run=work)]
    ran = await asyncio.gather(*(run_due(services, clock(), jobs) for _ in range(20)))
    assert sorted(ran, reverse=True) == [("work",), *[()] * 19]
    assert done == [clock()]


async def test_a_job_runs_again_when_it_is_due_and_not_before(services: Services, clock: MovableClock) -> None:
    done = []

    async def work(_: Services, at: datetime) -> None:
        done.append(at)

    jobs = [Job(name="work", every=HOUR, run=work)]
    for minutes in (0, 59, 1):
        clock.advance(minutes=minutes)
        await run_due(services, clock(), jobs)
    assert done == [clock() - HOUR, clock()]


async def test_a_job_that_fails_is_tried_again_soon_and_keeps_no_other_waiting(
    services: Services, clock: MovableClock
) -> None:
    tried = []

    async def fails(_: Services, at: datetime) -> None:
        tried.append(at)
        raise RuntimeError("on purpose")

    async def works(_: Services, at: datetime) -> None:
        tried.append(at)

    jobs = [Job(name="fails", every=HOUR, run=fails), Job(name="works", every=HOUR, run=works)]
    assert await run_due(services, clock(), jobs) == ("works",)
    clock.now += RETRY_AFTER
    assert await run_due(services, clock(), jobs) == ()
    assert len(tried) == 3


async def test_every_job_of_the_product_runs_on_a_fresh_database(services: Services, clock: MovableClock) -> None:
    assert await run_due(services, clock()) == tuple(job.name for job in JOBS)
    unfinished = await services.database.fetchval("SELECT count(*) FROM jobs WHERE finished_at IS NULL")
    assert unfinished == 0


ROWS = """
WITH person AS (
    INSERT INTO users (id, sub, username, audit_salt, created_at, updated_at)
    VALUES ($1, $1::uuid::text, $1::uuid::text, decode(repeat('00', 32), 'hex'), $2, $2) RETURNING id
), shop AS (
    INSERT INTO clients (client_id, name, application_type, token_endpoint_auth_method, redirect_uris, grant_types,
        scopes, id_token_signed_response_alg, require_pkce, rotate_refresh_tokens, first_party, created_at, changed_at)
    VALUES ('shop' || $1::uuid::text, 'Shop', 'web', 'client_secret_basic', '{https://shop.example/cb}',
        '{authorization_code}', '{openid}', 'RS256', true, false, true, $2, $2) RETURNING client_id
), interaction AS (
    INSERT INTO interactions (id, client_id, request, arrived_at, expires_at, ends_at)
    SELECT $1, client_id, '{}', $2, $2, $2 FROM shop
), session AS (
    INSERT INTO browser_sessions (id, user_id, cookie, proofs, created_at, seen_at, expires_at)
    SELECT $1, id, $3, '{"pwd": 1}', $2, $2, $2 FROM person
), known AS (
    INSERT INTO known_browsers SELECT id, $3, $2 FROM person
), opened AS (
    INSERT INTO grants (id, user_id, client_id, session_id, offline, scopes, proofs, acr, code_digest, code_expires_at,
        redirect_uri, redirect_uri_given, created_at, ends_at, redeemed_at)
    SELECT $1, person.id, client_id, $1, true, '{openid}', '{"pwd": 1}', '1fa', $3, $2, 'https://shop.example/cb', true,
        $2, $4, $2 FROM person, shop RETURNING id
), refresh AS (
    INSERT INTO refresh_tokens (digest, grant_id, created_at, idle_until) SELECT $3, id, $2, $2 FROM opened
), revoked AS (
    INSERT INTO revoked_tokens VALUES ($1::uuid::text, $2)
), asserted AS (
    INSERT INTO client_assertions SELECT client_id, $3, $2 FROM shop
), leave AS (
    INSERT INTO initial_access_tokens VALUES ($1, $3, '', $2, $2, 1)
), told AS (
    INSERT INTO outbox (kind, client_id, user_id, sub, session_id, made_at, due_at, done_at, outcome)
    SELECT 'backchannel_logout', client_id, id, 's-1', $1, $2, $2, $2, 'delivered' FROM person, shop
), linked AS (
    INSERT INTO links SELECT $3, 'reset_password', id, $2::timestamptz - interval '30 minutes', $2 FROM person
), passed AS (
    INSERT INTO enrolment_passes SELECT id, $3, $2::timestamptz - interval '1 day', $2 FROM person
), remembered AS (
    INSERT INTO remembered_browsers SELECT $1, id, $3, $2::timestamptz - interval '1 day', $2, $2 FROM person
), reminded AS (
    INSERT INTO grace_reminders SELECT id, $2, 3, $2 FROM person
), tries AS (
    INSERT INTO throttles (subject, method, known_browser, failures, touched_at) VALUES ($3, 'pwd', false, 3, $2)
)
INSERT INTO source_throttles VALUES ($1::uuid::text, $2, 1)
"""
TABLES = [each.table for each in purge.PURGES]


async def counts(services: Services) -> dict[str, int]:
    return {table: await services.database.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}  # noqa: S608


async def fill(services: Services, over_at: datetime, grant_ends: datetime) -> None:
    row = uuid4()
    await services.database.execute(ROWS, row, over_at, row.bytes * 2, grant_ends)


async def test_the_purge_takes_what_is_over_and_leaves_what_lives(services: Services, clock: MovableClock) -> None:
    """ASVS 14.2.7."""
    long_ago, soon = clock() - timedelta(days=31), clock() + HOUR
    await fill(services, long_ago, long_ago)
    await fill(services, soon, soon)
    gone = await purge_expired(services, clock())
    assert {table: gone[table] for table in TABLES} == {table: int(table != "refresh_tokens") for table in TABLES}
    assert await counts(services) == dict.fromkeys(TABLES, 1)


async def test_what_is_over_only_just_is_kept_where_it_still_tells_something(
    services: Services, clock: MovableClock
) -> None:
    await fill(services, clock() - timedelta(minutes=1), clock() - timedelta(minutes=1))
    await purge_expired(services, clock())
    kept = {"interactions", "grants", "refresh_tokens", "initial_access_tokens", "outbox", "throttles"}
    kept |= {"source_throttles", "client_assertions", "revoked_tokens", "links", "enrolment_passes"}
    assert await counts(services) == {table: int(table in kept) for table in TABLES}


async def test_a_live_grant_keeps_its_code_however_old(services: Services, clock: MovableClock) -> None:
    """A replay long after must still be known for one (RFC 6749 4.1.2)."""
    await fill(services, clock() - timedelta(days=31), clock() + HOUR)
    await purge_expired(services, clock())
    assert (await counts(services))["grants"] == 1


async def test_a_closed_authenticator_is_never_reopened_by_the_purge(services: Services, clock: MovableClock) -> None:
    """SP 800-63B 3.2.2: disabled until it is bound anew."""
    await fill(services, clock() - timedelta(days=400), clock())
    await services.database.execute("UPDATE throttles SET disabled_at = touched_at, failures = 100")
    await purge_expired(services, clock())
    assert (await counts(services))["throttles"] == 1


async def test_a_batch_is_bounded_and_the_rest_follows(services: Services, clock: MovableClock) -> None:
    await services.database.execute(
        "INSERT INTO revoked_tokens SELECT n::text, $1 FROM generate_series(1, 2500) n", clock() - HOUR
    )
    [each] = [each for each in purge.PURGES if each.table == "revoked_tokens"]
    assert await purge.purge_batch(services.database, each, clock()) == purge.BATCH
    assert (await purge_expired(services, clock()))["revoked_tokens"] == 2500 - purge.BATCH
