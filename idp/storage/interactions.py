"""Interactions: made, bound to a browser, read with everything the next step is decided on, and closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from asyncpg import Record

from idp.authenticators.evidence import Evidence
from idp.login.browser_session import TOUCH_EVERY, BrowserSession
from idp.login.interaction import Finished, Interaction, Pending
from idp.login.notice import Notice
from idp.login.purpose import Asked, PortalVisit
from idp.login.steps import Answer
from idp.oidc.authorization_request import AuthorizationRequest
from idp.policy.account import Account
from idp.storage.accounts import REMEMBERED, account_of
from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.storage.kept_forms import KeptForm
from idp.storage.sessions import LIVE, Brought, consented_of, session_of
from idp.values.ids import InteractionId, UserId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

INSERT = """
INSERT INTO interactions (id, browser, client_id, request, arrived_at, expires_at, ends_at)
SELECT $1, $2, client_id, $4, $5, $6, $7 FROM clients WHERE client_id = $3 FOR KEY SHARE RETURNING true
"""

# A form is kept for whoever this browser's session is about, also where it is over but was never ended.
INSERT_VISIT = """
INSERT INTO interactions (id, browser, visit, arrived_at, expires_at, ends_at, sealed_form, form_of)
SELECT $1, $2, $3, $4, $5, $6, CASE WHEN s.user_id IS NOT NULL THEN $7::bytea END, s.user_id
FROM (VALUES (true)) AS one LEFT JOIN browser_sessions s ON s.cookie = $8 AND s.ended_at IS NULL
"""

# It arrives with its browser: a form held back until then does not make an old proof a young one.
BIND = """
UPDATE interactions SET browser = $2, arrived_at = $3 WHERE id = $1 AND browser IS NULL AND expires_at > $3 RETURNING id
"""

OPEN = f"""
WITH {LIVE}
SELECT i.id AS interaction_id, i.browser, i.request, i.visit, i.arrived_at, i.expires_at, i.ends_at, i.user_id,
    i.proofs, i.answered, i.sealed_enrolment, i.enrolment_until, i.sealed_codes, i.codes_until, i.notice, i.ceremony,
    i.finished_at, i.sealed_response, g.code_digest IS NOT NULL AND g.redeemed_at IS NOT NULL AS code_redeemed,
    g.revoked_at IS NULL AND g.user_active AND g.session_alive AS grant_stands,
    live.id AS session_id, live.user_id AS session_user_id, live.proofs AS session_proofs,
    live.expires_at AS session_expires_at,
    a.*, c.scopes AS consented, {REMEMBERED}
FROM interactions i
LEFT JOIN live ON true
LEFT JOIN grant_facts g ON g.id = i.grant_id
LEFT JOIN accounts a
    ON a.id = coalesce(i.user_id, CASE WHEN NOT 'other_account' = ANY (i.answered) THEN live.user_id END)
LEFT JOIN consents c ON c.user_id = a.id AND c.client_id = i.client_id
LEFT JOIN remembered_browsers m ON m.user_id = a.id AND m.digest = $6
WHERE i.id = $5
"""

ANSWER = f"""
WITH answered AS (
    UPDATE interactions SET answered = array_append(answered, $2), notice = '{{}}', expires_at = least($3, ends_at),
        user_id = $4
    WHERE id = $1 AND finished_at IS NULL AND NOT $2 = ANY (answered) AND (user_id IS NULL OR user_id = $4)
    RETURNING id
)
{EVENTS.format(events="$5", when="EXISTS (SELECT FROM answered)")}
"""

START_OVER = """
UPDATE interactions SET answered = '{other_account}', user_id = NULL, proofs = '{}', notice = '{}',
    sealed_enrolment = NULL, enrolment_until = NULL, sealed_codes = NULL, codes_until = NULL
WHERE id = $1 AND finished_at IS NULL
"""

NOTE = "UPDATE interactions SET notice = $2 WHERE id = $1 AND finished_at IS NULL"

START_ENROLMENT = f"""
WITH started AS (
    UPDATE interactions SET sealed_enrolment = $2, enrolment_until = $3, user_id = $5,
        ends_at = greatest(ends_at, $3), expires_at = greatest(expires_at, $3)
    WHERE id = $1 AND finished_at IS NULL AND (sealed_enrolment IS NULL OR enrolment_until <= $4)
        AND (user_id IS NULL OR user_id = $5)
    RETURNING id
), recorded AS ({EVENTS.format(events="$6", when="EXISTS (SELECT FROM started)")})
SELECT id FROM started
"""

CLOSE = """
UPDATE interactions SET finished_at = $2, sealed_response = $3, sealed_enrolment = NULL, enrolment_until = NULL,
    sealed_codes = NULL, codes_until = NULL
WHERE id = $1 AND finished_at IS NULL RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An Interaction with the live session of the browser that asks, and the person it is about at this moment."""

    interaction: Interaction
    session: BrowserSession | None
    account: Account | None
    consented: frozenset[str]


async def insert(executor: Executor, interaction: Interaction, form: KeptForm | None = None) -> bool:
    """Store a new Interaction; False where its client is gone. Only a visit has a form."""
    asked, times = interaction.asked, (interaction.arrived_at, interaction.expires_at, interaction.ends_at)
    browser = interaction.browser.octets if interaction.browser else None
    if isinstance(asked, PortalVisit):
        kept = (form.sealed.octets, form.session.octets) if form else (None, None)
        await executor.execute(INSERT_VISIT, interaction.id, browser, asked.stored(), *times, *kept)
        return True
    arguments = (interaction.id, browser, asked.client_id, asked.stored(), *times)
    return bool(await executor.fetchval(INSERT, *arguments))


async def bind(executor: Executor, interaction: InteractionId, browser: Digest, at: datetime) -> bool:
    """Give a request that came across sites to the first browser that follows it; True once."""
    return await executor.fetchval(BIND, interaction, browser.octets, at) is not None


async def opened(
    executor: Executor, interaction: InteractionId, brought: Brought, at: datetime, idle: timedelta
) -> Opened | None:
    """The Interaction with what its next step is decided on, in one statement; None where there is no such."""
    row = await executor.fetchrow(OPEN, brought.session, at, idle, TOUCH_EVERY, interaction, brought.known)
    if row is None:
        return None
    return Opened(
        interaction=_interaction(row),
        session=session_of(row),
        account=account_of(row),
        consented=consented_of(row),
    )


async def answer(
    executor: Executor,
    interaction: InteractionId,
    answer: Answer,
    user: UserId,
    expires_at: datetime,
    events: EncodedEvents,
) -> None:
    """Keep a person's answer, once; from then on the Interaction is about that person."""
    await executor.execute(ANSWER, interaction, answer.value, expires_at, user, events)


async def start_over(executor: Executor, interaction: InteractionId) -> None:
    """Somebody else signs in: nothing that was proved, answered or made ready for the first person stays."""
    await executor.execute(START_OVER, interaction)


async def note(executor: Executor, interaction: InteractionId, notice: Notice) -> None:
    """Keep what the next page has to say about the last input."""
    await executor.execute(NOTE, interaction, notice.stored())


async def start_enrolment(
    executor: Executor,
    interaction: InteractionId,
    user: UserId,
    pending: Pending,
    at: datetime,
    events: EncodedEvents,
) -> bool:
    """Keep a set-up secret for that person alone; False where a live one is there (another tab was faster)."""
    arguments = (interaction, pending.sealed.octets, pending.until, at, user, events)
    return await executor.fetchval(START_ENROLMENT, *arguments) is not None


async def close(executor: Executor, interaction: InteractionId, at: datetime, response: Sealed) -> bool:
    """Finish without a code (cancelled, denied, refused); False where it was finished already."""
    return await executor.fetchval(CLOSE, interaction, at, response.octets) is not None


def _interaction(row: Record) -> Interaction:
    user = None if row["user_id"] is None else UserId(row["user_id"])
    return Interaction(
        id=InteractionId(row["interaction_id"]),
        browser=None if row["browser"] is None else Digest(row["browser"]),
        asked=_asked(row),
        arrived_at=row["arrived_at"],
        expires_at=row["expires_at"],
        ends_at=row["ends_at"],
        user=user,
        own=None if user is None else Evidence.restored(user, row["proofs"]),
        answered=frozenset(Answer(answer) for answer in row["answered"]),
        enrolment=_pending(row["sealed_enrolment"], row["enrolment_until"]),
        codes=_pending(row["sealed_codes"], row["codes_until"]),
        notice=Notice.restored(row["notice"]),
        ceremony=row["ceremony"],
        finished=_finished(row),
    )


def _asked(row: Record) -> Asked:
    if row["visit"] is not None:
        return PortalVisit.restored(row["visit"])
    return AuthorizationRequest.restored(row["request"])


def _pending(sealed: bytes | None, until: datetime | None) -> Pending | None:
    return None if sealed is None or until is None else Pending(sealed=Sealed(sealed), until=until)


def _finished(row: Record) -> Finished | None:
    if row["finished_at"] is None:
        return None
    return Finished(
        sealed_response=Sealed(row["sealed_response"]),
        at=row["finished_at"],
        spent=row["code_redeemed"] or row["grant_stands"] is False,
        signed_in=row["grant_stands"] is True,
    )
