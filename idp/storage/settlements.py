"""Attempts settled, each in one statement: the proof stored and the code spent together, or the failure recorded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.authenticators.throttling import SOURCE_WINDOW
from idp.login.notice import Notice
from idp.policy.account import Account
from idp.storage.accounts import REMEMBERED, account_of
from idp.storage.attempts import StoredCodes
from idp.storage.database import Executor
from idp.storage.events import EVENTS, RECORDED, EncodedEvents
from idp.storage.sessions import consented_of
from idp.values.ids import AuthenticatorId, ClientId, InteractionId, UserId
from idp.values.secrets import Digest

PROVED = """
proved AS (
    UPDATE interactions SET proofs = CASE WHEN user_id = $2 THEN proofs ELSE '{{}}' END || $3::jsonb,
        user_id = $2, notice = '{{}}', expires_at = least($4, ends_at), ceremony = ceremony + 1,
        answered = CASE WHEN user_id = $2 THEN answered
            ELSE ARRAY(SELECT unnest(answered) INTERSECT VALUES ('same_account'), ('other_account')) END,
        sealed_enrolment = CASE WHEN user_id = $2 THEN sealed_enrolment END,
        enrolment_until = CASE WHEN user_id = $2 THEN enrolment_until END,
        sealed_codes = CASE WHEN user_id = $2 THEN sealed_codes END,
        codes_until = CASE WHEN user_id = $2 THEN codes_until END
    WHERE id = $1 AND finished_at IS NULL AND {settled} RETURNING id
)
"""
"""What an Interaction knew of another person goes when somebody else proves anything in it."""

SETTLE_PASSWORD = f"""
WITH right_one AS (
    SELECT u.id FROM users u JOIN passwords p ON p.user_id = u.id
    WHERE u.id = $2 AND u.status = 'active' AND p.hash = $5 FOR KEY SHARE OF u FOR SHARE OF p
), cleared AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND method = 'pwd' AND ($6 OR NOT known_browser)
        AND EXISTS (SELECT FROM right_one)
), {PROVED.format(settled="EXISTS (SELECT FROM right_one)")}, used AS (
    UPDATE remembered_browsers SET used_at = $10 WHERE id = (
        SELECT id FROM remembered_browsers WHERE user_id = $2 AND digest = $9 AND EXISTS (SELECT FROM proved)
        FOR UPDATE SKIP LOCKED
    )
), recorded AS ({EVENTS.format(events="$7", when="EXISTS (SELECT FROM proved)")})
SELECT a.*, {REMEMBERED}, c.scopes AS consented, EXISTS (SELECT FROM proved) AS settled
FROM accounts a LEFT JOIN consents c ON c.user_id = a.id AND c.client_id = $8
LEFT JOIN remembered_browsers m ON m.user_id = a.id AND m.digest = $9 WHERE a.id = $2
"""

SETTLE_APP_CODE = f"""
WITH burnt AS (
    UPDATE totp_authenticators SET last_step = $6
    WHERE id = $5 AND user_id = $2 AND state = 'confirmed' AND last_step < $6 RETURNING id
), cleared AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND method = 'otp' AND EXISTS (SELECT FROM burnt)
), {PROVED.format(settled="EXISTS (SELECT FROM burnt)")},
recorded AS ({EVENTS.format(events="$7", when="EXISTS (SELECT FROM burnt)")})
SELECT EXISTS (SELECT FROM burnt)
"""

SETTLE_RECOVERY_CODE = f"""
WITH found AS (
    SELECT c.used_at FROM recovery_codes c JOIN recovery_code_sets s ON s.id = c.set_id
    WHERE s.user_id = $2 AND c.set_id = $5 AND c.digest = $6
), used AS (
    UPDATE recovery_codes c SET used_at = $8 FROM recovery_code_sets s
    WHERE s.id = c.set_id AND s.user_id = $2 AND c.set_id = $5 AND c.digest = $6 AND c.used_at IS NULL
    RETURNING c.set_id
), cleared AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND method = 'recovery_code' AND EXISTS (SELECT FROM used)
), {PROVED.format(settled="EXISTS (SELECT FROM used)")},
{RECORDED.format(events="$7", when="EXISTS (SELECT FROM used)")}
SELECT EXISTS (SELECT FROM used) AS settled, (SELECT used_at FROM found) AS used_at
"""

SETTLE_FAILURE = f"""
WITH source AS (
    INSERT INTO source_throttles AS s (source, window_started_at, failures) SELECT $1, $2, 1 WHERE $3
    ON CONFLICT (source) DO UPDATE SET
        failures = CASE WHEN s.window_started_at <= $2 - $4::interval THEN 1 ELSE s.failures + 1 END,
        window_started_at = CASE WHEN s.window_started_at <= $2 - $4::interval THEN $2 ELSE s.window_started_at END
), noted AS (
    UPDATE interactions SET notice = $6, ceremony = ceremony + 1 WHERE id = $5 AND finished_at IS NULL
), {RECORDED.format(events="$7", when="true")}
SELECT
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSettled:
    """The person whose password it was, what they allowed the client, and whether the proof was stored."""

    account: Account
    consented: frozenset[str]
    proved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """What a settled success writes: one proof of one user in one Interaction."""

    interaction: InteractionId
    user: UserId
    proof: dict[str, int]
    expires_at: datetime
    recorded: EncodedEvents
    """Stored with the proof, and only then."""

    @property
    def arguments(self) -> tuple[Any, ...]:
        """$1 to $4 of every settling statement."""
        return self.interaction, self.user, self.proof, self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class RightPassword:
    """What a password was right for."""

    stored_hash: str
    client: ClientId
    known_browser: bool
    known: Digest | None
    """The value that the browser brought to be known by."""
    at: datetime


async def settle_password(executor: Executor, success: Success, right: RightPassword) -> PasswordSettled | None:
    """Store the proof if the password is still that one and the person active; None where the person is gone."""
    row = await executor.fetchrow(
        SETTLE_PASSWORD,
        *success.arguments,
        right.stored_hash,
        right.known_browser,
        success.recorded,
        right.client,
        right.known.octets if right.known else None,
        right.at,
    )
    account = account_of(row) if row else None
    if row is None or account is None:
        return None
    return PasswordSettled(account=account, consented=consented_of(row), proved=row["settled"])


async def settle_app_code(executor: Executor, success: Success, app: AuthenticatorId, step: int) -> bool:
    """Burn the time step and store the proof; False where that step, or a later one, was used before (RFC 6238 5.2)."""
    return bool(await executor.fetchval(SETTLE_APP_CODE, *success.arguments, app, step, success.recorded))


async def settle_recovery_code(
    executor: Executor, success: Success, codes: StoredCodes, digest: bytes, at: datetime
) -> tuple[bool, datetime | None]:
    """Spend the code and store the proof; where that fails, the instant at which it was used before, if it is one."""
    row = await executor.fetchrow(
        SETTLE_RECOVERY_CODE,
        *success.arguments,
        codes.set_id,
        digest,
        success.recorded,
        at,
    )
    assert row is not None  # noqa: S101 (a SELECT without FROM has one row)
    return row["settled"], row["used_at"]


async def settle_failure(
    executor: Executor,
    interaction: InteractionId | None,
    notice: Notice,
    source: str | None,
    at: datetime,
    events: EncodedEvents,
) -> None:
    """Record a failure, what the page will say of it, and (`source` given) count it against where it came from."""
    counted = source is not None
    await executor.execute(
        SETTLE_FAILURE, source or "", at, counted, SOURCE_WINDOW, interaction, notice.stored(), events
    )
