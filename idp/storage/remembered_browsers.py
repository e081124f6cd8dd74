"""Remembered browsers as rows: made while the facts still hold, listed, forgotten.

What a sign-in reads of them comes with the person's account; migration 17 forgets them with every change of a factor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from idp.login.facts import Identity
from idp.policy.remembered import Remembered
from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.storage.own_sessions import Told
from idp.values.ids import RememberedId, UserId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

# The person's row is locked: who forgets all browsers, or changes a factor, is seen here or waits and forgets this.
REMEMBER = f"""
WITH person AS (
    SELECT u.id FROM users u, policy_version v
    WHERE u.id = $1 AND u.version = $2 AND u.status = 'active' AND v.version = $3 FOR SHARE OF u
), remembered AS (
    INSERT INTO remembered_browsers (id, user_id, digest, remembered_at, expires_at, used_at)
    SELECT $4, id, $5, $6, $7, $6 FROM person
    ON CONFLICT (user_id, digest) DO UPDATE SET id = excluded.id, remembered_at = excluded.remembered_at,
        expires_at = excluded.expires_at, used_at = excluded.used_at
    RETURNING id
)
{EVENTS.format(events="$8", when="EXISTS (SELECT FROM remembered)")}
"""

LIVE = """
SELECT m.id, m.digest IS NOT DISTINCT FROM $2 AS here, m.remembered_at, m.expires_at, m.used_at,
    e.at, e.kind, e.personal
FROM remembered_browsers m LEFT JOIN LATERAL (
    SELECT s.at, s.kind, s.personal FROM security_events s
    WHERE s.user_id = m.user_id AND s.kind = 'browser_remembered' AND s.details ->> 'browser' = m.id::text
        AND s.personal IS NOT NULL
    ORDER BY s.id DESC LIMIT 1
) e ON true
WHERE m.user_id = $1 AND m.expires_at > $3 ORDER BY m.used_at DESC, m.id
"""

# In a transaction, after the person's version has moved: what others stored while that waited is seen.
FORGET = f"""
WITH forgotten AS (
    DELETE FROM remembered_browsers WHERE user_id = $1 AND ($2::uuid IS NULL OR id = $2) RETURNING id
)
{EVENTS.format(events="$3", when="EXISTS (SELECT FROM forgotten)")}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One that is remembered, and what its event says of it."""

    browser: Remembered
    here: bool
    used_at: datetime
    told: Told | None


async def remember(
    executor: Executor,
    identity: Identity,
    policy_version: int,
    known: Digest,
    browser: Remembered,
    events: EncodedEvents,
) -> None:
    """Remember the browser that is known by that value; nothing where the facts have moved on meanwhile."""
    account = identity.account
    whose = (account.user, account.version, policy_version)
    await executor.execute(REMEMBER, *whose, browser.id, known.octets, browser.since, browser.until, events)


async def live(executor: Executor, user: UserId, known: Digest | None, at: datetime) -> Sequence[Listed]:
    """Those of that person, the latest used first; `known` is the value of the browser that asks."""
    rows = await executor.fetch(LIVE, user, known.octets if known else None, at)
    return [
        Listed(
            browser=Remembered(id=RememberedId(row["id"]), since=row["remembered_at"], until=row["expires_at"]),
            here=row["here"],
            used_at=row["used_at"],
            told=Told(at=row["at"], kind=row["kind"], personal=Sealed(row["personal"])) if row["personal"] else None,
        )
        for row in rows
    ]


async def forget(executor: Executor, user: UserId, browser: RememberedId | None, events: EncodedEvents) -> None:
    """Forget one of that person's, or (None) all. After `endings.move_on`: what rests on it is decided anew."""
    await executor.execute(FORGET, user, browser, events)
