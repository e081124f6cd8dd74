"""Authorization codes: issued from `Cleared` alone, in one statement that inserts only while the facts still hold.

A code and its grant are one row: a grant is opened with its code. Redemption stands in `grants`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.login.next_step import Cleared
from idp.login.purpose import Authorization
from idp.oidc.grant import CODE_LIFETIME
from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.storage.kept_sessions import KEEP_SESSION, KeptSession
from idp.values.ids import GrantId, InteractionId, SessionId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

_OPEN = """
INSERT INTO grants (id, user_id, client_id, session_id, offline, scopes, proofs, acr, nonce, code_digest,
    created_at, code_expires_at, redirect_uri, redirect_uri_given, code_challenge, ends_at, claims,
    remembered_browser, redeemed_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
    CASE WHEN $10::bytea IS NULL THEN $11::timestamptz END
"""

# The person's row is locked, so that a change to that person either is seen here or waits and then ends this grant too.
# So is the client's, which may have been deleted or disabled a moment ago, by a process that this one has not heard of.
_UNCHANGED = """
FROM users u, policy_version v, clients c
WHERE u.id = $2 AND u.version = $19 AND u.status = 'active' AND v.version = $20
    AND c.client_id = $3 AND c.status = 'active'
FOR SHARE OF u FOR KEY SHARE OF c
"""

# So is the session, after its person: a sign-out meanwhile either is seen here or waits and ends this grant too.
ISSUE = f"""
WITH person AS (SELECT u.id {_UNCHANGED}), session AS (
    SELECT s.id FROM person, browser_sessions s WHERE s.id = $4 AND s.ended_at IS NULL FOR SHARE OF s
), opened AS ({_OPEN} FROM session RETURNING id),
recorded AS ({EVENTS.format(events="$21", when="EXISTS (SELECT FROM opened)")})
SELECT id FROM opened
"""

_KEEP_SESSION = KEEP_SESSION.format(
    interaction="$21",
    session="$4",
    at="$11",
    cookie="$24",
    proofs="$25",
    expires="$26",
    known="$27",
    known_until="$28",
    other="$29",
    before="$30",
    events="$33",
)

COMPLETE = f"""
WITH person AS (SELECT u.id {_UNCHANGED}), waiting AS (
    SELECT i.id FROM person, interactions i WHERE i.id = $21 AND i.finished_at IS NULL FOR UPDATE OF i
), before AS (
    SELECT s.ended_at FROM waiting, browser_sessions s WHERE s.id = $4 FOR NO KEY UPDATE OF s
), finished AS (
    UPDATE interactions i SET finished_at = $11, sealed_response = $22, grant_id = $1, browser = $23,
        sealed_enrolment = NULL, enrolment_until = NULL, sealed_codes = NULL, codes_until = NULL
    FROM waiting w WHERE i.id = w.id AND coalesce((SELECT ended_at IS NULL FROM before), $24::bytea IS NOT NULL)
    RETURNING i.id
), {_KEEP_SESSION}, consent AS (
    INSERT INTO consents AS c (user_id, client_id, scopes, given_at) SELECT $2, $3, $31, $11 FROM finished WHERE $32
    ON CONFLICT (user_id, client_id) DO UPDATE
    SET scopes = ARRAY(SELECT DISTINCT unnest(c.scopes || excluded.scopes)), given_at = excluded.given_at
), recorded AS ({EVENTS.format(events="$33", when="EXISTS (SELECT FROM finished)")})
{_OPEN} FROM finished RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    """What is stored beside the facts in `cleared`."""

    id: GrantId
    session: SessionId
    code: Digest | None
    """None where the answer holds tokens alone."""
    acr: str
    policy_version: int
    scopes: tuple[str, ...]
    """What was asked and allowed; consent, where the client needs one, covers all of it."""
    offline: bool
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What finishes an Interaction beside the grant."""

    interaction: InteractionId
    sealed_response: Sealed
    browser: Digest
    kept: KeptSession
    consent_given: bool
    events: EncodedEvents


async def issue(
    executor: Executor, cleared: Cleared[Authorization], grant: NewGrant, events: EncodedEvents, at: datetime
) -> bool:
    """Open a grant for a silent request; False where person or policy has moved on, or the client is gone."""
    return await executor.fetchval(ISSUE, *_opening(cleared, grant, at), events) is not None


async def complete(
    executor: Executor, cleared: Cleared[Authorization], grant: NewGrant, completion: Completion, at: datetime
) -> bool:
    """Finish an Interaction: response, session, known browser, consent, event and grant; nothing if facts moved."""
    row = await executor.fetchval(
        COMPLETE,
        *_opening(cleared, grant, at),
        completion.interaction,
        completion.sealed_response.octets,
        completion.browser.octets,
        *completion.kept.arguments(at),
        list(cleared.facts.consent.asked),
        completion.consent_given,
        completion.events,
    )
    return row is not None


def _opening(cleared: Cleared[Authorization], grant: NewGrant, at: datetime) -> tuple[Any, ...]:
    """$1 to $20 of both statements."""
    request, identity = cleared.facts.purpose.request, cleared.identity
    return (
        grant.id,
        identity.account.user,
        request.client_id,
        grant.session,
        grant.offline,
        list(grant.scopes),
        identity.proved.stored(),
        grant.acr,
        request.nonce,
        grant.code.octets if grant.code else None,
        at,
        at + CODE_LIFETIME if grant.code else None,
        request.redirect_uri,
        request.redirect_uri_given,
        request.challenge.text if request.challenge else None,
        grant.ends_at,
        request.claims.stored() if request.claims else None,
        identity.spared_in,
        identity.account.version,
        grant.policy_version,
    )
