"""The end of a visit's sign-in: from `Cleared` to the browser session alone, while the facts still hold. No grant."""

from dataclasses import dataclass
from datetime import datetime

from idp.login.next_step import Cleared
from idp.login.purpose import PortalVisit
from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.storage.kept_sessions import KEEP_SESSION, KeptSession
from idp.values.ids import InteractionId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

_KEEP_SESSION = KEEP_SESSION.format(
    interaction="$1",
    session="$3",
    at="$6",
    cookie="$9",
    proofs="$10",
    expires="$11",
    known="$12",
    known_until="$13",
    other="$14",
    before="$15",
    events="$16",
)

# The person's row is locked, as for a code: a change to that person either is seen here or waits and ends this session.
FINISH = f"""
WITH person AS (
    SELECT u.id FROM users u, policy_version v
    WHERE u.id = $2 AND u.version = $4 AND u.status = 'active' AND v.version = $5 FOR SHARE OF u
), waiting AS (
    SELECT i.id FROM person, interactions i WHERE i.id = $1 AND i.finished_at IS NULL FOR UPDATE OF i
), before AS (
    SELECT s.ended_at FROM waiting, browser_sessions s WHERE s.id = $3 FOR NO KEY UPDATE OF s
), finished AS (
    UPDATE interactions i SET finished_at = $6, sealed_response = $7, browser = $8,
        sealed_enrolment = NULL, enrolment_until = NULL, sealed_codes = NULL, codes_until = NULL
    FROM waiting w WHERE i.id = w.id AND coalesce((SELECT ended_at IS NULL FROM before), $9::bytea IS NOT NULL)
    RETURNING i.id
), {_KEEP_SESSION}, recorded AS ({EVENTS.format(events="$16", when="EXISTS (SELECT FROM finished)")})
SELECT id, $3::uuid FROM finished
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What finishes an Interaction that is for the portal."""

    interaction: InteractionId
    policy_version: int
    sealed_response: Sealed
    browser: Digest
    kept: KeptSession
    events: EncodedEvents


async def finish(executor: Executor, cleared: Cleared[PortalVisit], arrival: Arrival, at: datetime) -> bool:
    """Finish an Interaction: session, known browser and event; nothing, and False, if facts moved."""
    row = await executor.fetchval(
        FINISH,
        arrival.interaction,
        cleared.identity.account.user,
        arrival.kept.session,
        cleared.identity.account.version,
        arrival.policy_version,
        at,
        arrival.sealed_response.octets,
        arrival.browser.octets,
        *arrival.kept.arguments(at),
        arrival.events,
    )
    return row is not None
