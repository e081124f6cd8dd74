"""Attempts of an authenticator: reserve (one statement, before any secret is looked at), then settle (one statement).

Reserving counts the failure in advance, so that parallel guesses cannot outrun the counter: with three tries left,
three are evaluated however many arrive. A success takes its own counter away; a failure leaves it as reserved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg import Record

from idp.authenticators.methods import Method
from idp.authenticators.throttling import LIMIT, PAUSE_SECONDS, SOURCE_LIMIT, SOURCE_WINDOW
from idp.authenticators.totp import TotpParameters
from idp.policy.account import Account
from idp.storage.accounts import account_of
from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.storage.sessions import consented_of
from idp.values.ids import AuthenticatorId, ClientId, InteractionId, UserId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

_COUNT = """
source AS (
    SELECT failures FROM source_throttles WHERE source = $1 AND window_started_at > $2::timestamptz - $3::interval
), reserved AS (
    INSERT INTO throttles AS t (subject, method, known_browser, failures, touched_at)
    SELECT subject, $4, known, 1, $2 FROM who WHERE coalesce((SELECT failures FROM source), 0) < $5
    ON CONFLICT (subject, method, known_browser) DO UPDATE SET
        failures = t.failures + 1, touched_at = $2,
        paused_until = $2 + make_interval(secs => nullif(($6::int[])[least(t.failures + 1, $7)], 0)),
        disabled_at = CASE WHEN t.failures + 1 >= $7 THEN $2 END
    WHERE (t.paused_until IS NULL OR t.paused_until <= $2) AND t.disabled_at IS NULL
    RETURNING failures
)
"""

_STATE = """
reserved.failures, t.paused_until, t.disabled_at, coalesce((SELECT failures FROM source), 0) >= $5 AS source_limited
"""

RESERVE_PASSWORD = f"""
WITH person AS (
    SELECT n.user_id, p.hash, EXISTS (
        SELECT FROM known_browsers k WHERE k.user_id = n.user_id AND k.digest = $10 AND k.expires_at > $2
    ) AS known
    FROM login_names n LEFT JOIN passwords p ON p.user_id = n.user_id WHERE n.name = $8
), who AS (
    SELECT coalesce((SELECT uuid_send(user_id) FROM person), $9) AS subject,
        coalesce((SELECT known FROM person), false) AS known
), {_COUNT}
SELECT person.user_id, person.hash, who.subject, who.known, {_STATE}
FROM who LEFT JOIN person ON true LEFT JOIN reserved ON true
LEFT JOIN throttles t ON t.subject = who.subject AND t.method = $4 AND t.known_browser = who.known
"""

RESERVE_FACTOR = f"""
WITH who AS (SELECT uuid_send($8::uuid) AS subject, false AS known), {_COUNT}
SELECT who.subject, {_STATE}, a.id AS authenticator, a.sealed_secret, a.algorithm, a.digits, a.period,
    s.id AS code_set, s.salt, s.pepper_id
FROM who LEFT JOIN reserved ON true
LEFT JOIN throttles t ON t.subject = who.subject AND t.method = $4 AND NOT t.known_browser
LEFT JOIN totp_authenticators a ON a.user_id = $8 AND a.state = 'confirmed' AND $4 = 'otp'
LEFT JOIN recovery_code_sets s ON s.user_id = $8 AND $4 = 'recovery_code'
"""

_PROVED = """
proved AS (
    UPDATE interactions SET proofs = CASE WHEN user_id = $2 THEN proofs ELSE '{{}}' END || $3::jsonb,
        user_id = $2, notice = '{{}}', expires_at = least($4, ends_at){forget}
    WHERE id = $1 AND finished_at IS NULL AND {settled} RETURNING id
)
"""

_FORGET = """,
        answered = CASE WHEN user_id = $2 THEN answered
            ELSE array_remove(array_remove(answered, 'consent'), 'recovery_used') END,
        sealed_enrolment = CASE WHEN user_id = $2 THEN sealed_enrolment END,
        enrolment_until = CASE WHEN user_id = $2 THEN enrolment_until END,
        sealed_codes = CASE WHEN user_id = $2 THEN sealed_codes END,
        codes_until = CASE WHEN user_id = $2 THEN codes_until END"""
"""What an Interaction knew of another person goes when somebody else proves a password in it."""

SETTLE_PASSWORD = f"""
WITH right_one AS (
    SELECT u.id FROM users u JOIN passwords p ON p.user_id = u.id
    WHERE u.id = $2 AND u.status = 'active' AND p.hash = $5
), cleared AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND method = 'pwd' AND ($6 OR NOT known_browser)
        AND EXISTS (SELECT FROM right_one)
), {_PROVED.format(settled="EXISTS (SELECT FROM right_one)", forget=_FORGET)},
recorded AS ({EVENTS.format(events="$7", when="EXISTS (SELECT FROM proved)")}),
unproved AS ({EVENTS.format(events="$8", when="NOT EXISTS (SELECT FROM proved)")})
SELECT a.*, c.scopes AS consented, EXISTS (SELECT FROM proved) AS settled
FROM accounts a LEFT JOIN consents c ON c.user_id = a.id AND c.client_id = $9 WHERE a.id = $2
"""

SETTLE_APP_CODE = f"""
WITH burnt AS (
    UPDATE totp_authenticators SET last_step = $6
    WHERE id = $5 AND user_id = $2 AND state = 'confirmed' AND last_step < $6 RETURNING id
), cleared AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND method = 'otp' AND EXISTS (SELECT FROM burnt)
), {_PROVED.format(settled="EXISTS (SELECT FROM burnt)", forget="")},
recorded AS ({EVENTS.format(events="$7", when="EXISTS (SELECT FROM burnt)")}),
replayed AS ({EVENTS.format(events="$8", when="NOT EXISTS (SELECT FROM burnt)")})
SELECT EXISTS (SELECT FROM burnt)
"""

SETTLE_RECOVERY_CODE = f"""
WITH found AS (
    SELECT c.used_at FROM recovery_codes c JOIN recovery_code_sets s ON s.id = c.set_id
    WHERE s.user_id = $2 AND c.set_id = $5 AND c.digest = $6
), used AS (
    UPDATE recovery_codes c SET used_at = $9 FROM recovery_code_sets s
    WHERE s.id = c.set_id AND s.user_id = $2 AND c.set_id = $5 AND c.digest = $6 AND c.used_at IS NULL
    RETURNING c.set_id
), cleared AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND method = 'recovery_code' AND EXISTS (SELECT FROM used)
), {_PROVED.format(settled="EXISTS (SELECT FROM used)", forget="")},
recorded AS ({EVENTS.format(events="$7", when="EXISTS (SELECT FROM used)")}),
refused AS ({EVENTS.format(events="$8", when="NOT EXISTS (SELECT FROM used)")})
SELECT EXISTS (SELECT FROM used) AS settled, (SELECT used_at FROM found) AS used_at
"""

SETTLE_FAILURE = f"""
WITH source AS (
    INSERT INTO source_throttles AS s (source, window_started_at, failures) SELECT $1, $2, 1 WHERE $3
    ON CONFLICT (source) DO UPDATE SET
        failures = CASE WHEN s.window_started_at <= $2 - $4::interval THEN 1 ELSE s.failures + 1 END,
        window_started_at = CASE WHEN s.window_started_at <= $2 - $4::interval THEN $2 ELSE s.window_started_at END
), noted AS (
    UPDATE interactions SET notice = $6 WHERE id = $5 AND finished_at IS NULL
)
{EVENTS.format(events="$7", when="true")}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The attempt counts as the n-th failure in a row until it is settled as a success."""

    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Not evaluated: the method is paused until then, disabled for good (`until` None), or the source is limited."""

    until: datetime | None
    source_limited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordAttempt:
    """A reserved try of a password; `user` and `hash` are None where the name is nobody's."""

    state: Reserved | Held
    user: UserId | None
    hash: str | None
    known_browser: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredApp:
    """One authenticator app as stored."""

    id: AuthenticatorId
    sealed_secret: Sealed
    parameters: TotpParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCodes:
    """What a typed recovery code is looked up with."""

    set_id: AuthenticatorId
    salt: bytes
    pepper_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorAttempt:
    """A reserved try of a second factor and what it is compared with."""

    state: Reserved | Held
    apps: tuple[StoredApp, ...]
    codes: StoredCodes | None


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
    otherwise: EncodedEvents
    """Events for the case that the statement finds the code used already, or the password changed meanwhile."""

    @property
    def arguments(self) -> tuple[Any, ...]:
        """$1 to $4 of every settling statement."""
        return self.interaction, self.user, self.proof, self.expires_at


async def reserve_password(
    executor: Executor, name: str, name_digest: bytes, known: Digest | None, source: str, at: datetime
) -> PasswordAttempt:
    """Count a try of a password for a login name, whether anybody has it or not."""
    arguments = _counting(Method.PASSWORD, source, at)
    row = await executor.fetchrow(RESERVE_PASSWORD, *arguments, name, name_digest, known.octets if known else None)
    assert row is not None  # noqa: S101 (`who` always has one row)
    return PasswordAttempt(
        state=_state(row, at),
        user=None if row["user_id"] is None else UserId(row["user_id"]),
        hash=row["hash"],
        known_browser=row["known"],
    )


async def reserve_factor(executor: Executor, user: UserId, method: Method, source: str, at: datetime) -> FactorAttempt:
    """Count a try of a second factor, whatever the browser: one counter per account and method (N-13)."""
    rows = await executor.fetch(RESERVE_FACTOR, *_counting(method, source, at), user)
    return FactorAttempt(state=_state(rows[0], at), apps=tuple(_apps(rows)), codes=_codes(rows[0]))


async def settle_password(
    executor: Executor, success: Success, stored_hash: str, client: ClientId, *, known_browser: bool
) -> PasswordSettled | None:
    """Store the proof if the password is still that one and the person active; None where the person is gone."""
    row = await executor.fetchrow(
        SETTLE_PASSWORD,
        *success.arguments,
        stored_hash,
        known_browser,
        success.recorded,
        success.otherwise,
        client,
    )
    account = account_of(row) if row else None
    if row is None or account is None:
        return None
    return PasswordSettled(account=account, consented=consented_of(row), proved=row["settled"])


async def settle_app_code(executor: Executor, success: Success, app: AuthenticatorId, step: int) -> bool:
    """Burn the time step and store the proof; False where that step, or a later one, was used before (RFC 6238 5.2)."""
    return bool(
        await executor.fetchval(SETTLE_APP_CODE, *success.arguments, app, step, success.recorded, success.otherwise)
    )


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
        success.otherwise,
        at,
    )
    assert row is not None  # noqa: S101 (a SELECT without FROM has one row)
    return row["settled"], row["used_at"]


async def settle_failure(
    executor: Executor,
    interaction: InteractionId,
    notice: dict[str, Any],
    source: str | None,
    at: datetime,
    events: EncodedEvents,
) -> None:
    """Record a failure, what the page will say of it, and (`source` given) count it against where it came from."""
    counted = source is not None
    await executor.execute(SETTLE_FAILURE, source or "", at, counted, SOURCE_WINDOW, interaction, notice, events)


def _counting(method: Method, source: str, at: datetime) -> tuple[Any, ...]:
    """$1 to $7 of the reserving statements."""
    return source, at, SOURCE_WINDOW, method.value, SOURCE_LIMIT, list(PAUSE_SECONDS), LIMIT


def _state(row: Record, at: datetime) -> Reserved | Held:
    if row["failures"] is not None:
        return Reserved(failures=row["failures"])
    if row["source_limited"]:
        return Held(until=at + SOURCE_WINDOW, source_limited=True)
    return Held(until=None if row["disabled_at"] else row["paused_until"])


def _apps(rows: Sequence[Record]) -> list[StoredApp]:
    return [
        StoredApp(
            id=AuthenticatorId(row["authenticator"]),
            sealed_secret=Sealed(row["sealed_secret"]),
            parameters=TotpParameters(algorithm=row["algorithm"], digits=row["digits"], period=row["period"]),
        )
        for row in rows
        if row["authenticator"] is not None
    ]


def _codes(row: Record) -> StoredCodes | None:
    if row["code_set"] is None:
        return None
    return StoredCodes(set_id=AuthenticatorId(row["code_set"]), salt=row["salt"], pepper_id=row["pepper_id"])
