"""Attempts of an authenticator, reserved in one statement before any secret is looked at; settled in `settlements`.

Reserving counts the failure in advance, so that parallel guesses cannot outrun the counter: with three tries left,
three are evaluated however many arrive. A success takes its own counter away; a failure leaves it as reserved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg import Record

from idp.authenticators.methods import Counter, Method
from idp.authenticators.throttling import LIMIT, PAUSE_SECONDS, SOURCE_LIMIT, SOURCE_WINDOW
from idp.authenticators.totp import TotpParameters
from idp.storage.database import Executor
from idp.values.ids import AuthenticatorId, UserId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

COUNT = """
source AS (
    SELECT failures, window_started_at + $3::interval AS ends_at FROM source_throttles
    WHERE source = $1 AND window_started_at > $2::timestamptz - $3::interval
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

STATE = """
reserved.failures, t.paused_until, t.disabled_at, (SELECT ends_at FROM source WHERE failures >= $5) AS source_until
"""

RESERVE_PASSWORD = f"""
WITH person AS (
    SELECT n.user_id, p.hash, u.audit_salt, EXISTS (
        SELECT FROM known_browsers k WHERE k.user_id = n.user_id AND k.digest = $10 AND k.expires_at > $2
    ) AS known
    FROM login_names n JOIN users u ON u.id = n.user_id LEFT JOIN passwords p ON p.user_id = n.user_id
    WHERE n.name = $8
), who AS (
    SELECT coalesce((SELECT uuid_send(user_id) FROM person), $9) AS subject,
        coalesce((SELECT known FROM person), false) AS known
), {COUNT}
SELECT person.user_id, person.hash, person.audit_salt, who.subject, who.known, {STATE}
FROM who LEFT JOIN person ON true LEFT JOIN reserved ON true
LEFT JOIN throttles t ON t.subject = who.subject AND t.method = $4 AND t.known_browser = who.known
"""

RESERVE_FACTOR = f"""
WITH who AS (SELECT uuid_send($8::uuid) AS subject, false AS known), {COUNT}
SELECT who.subject, {STATE}, a.id AS authenticator, a.sealed_secret, a.algorithm, a.digits, a.period,
    s.id AS code_set, s.salt, s.pepper_id
FROM who LEFT JOIN reserved ON true
LEFT JOIN throttles t ON t.subject = who.subject AND t.method = $4 AND NOT t.known_browser
LEFT JOIN totp_authenticators a ON a.user_id = $8 AND a.state = 'confirmed' AND $4 = 'otp'
LEFT JOIN recovery_code_sets s ON s.user_id = $8 AND $4 = 'recovery_code'
"""

RESERVE = f"""
WITH who AS (SELECT uuid_send($8::uuid) AS subject, false AS known), {COUNT}
SELECT {STATE} FROM who LEFT JOIN reserved ON true
LEFT JOIN throttles t ON t.subject = who.subject AND t.method = $4 AND NOT t.known_browser
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
    audit_salt: bytes | None
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


async def reserve_password(
    executor: Executor, name: str, name_digest: bytes, known: Digest | None, source: str, at: datetime
) -> PasswordAttempt:
    """Count a try of a password for a login name, whether anybody has it or not."""
    arguments = counting(Counter.PASSWORD, source, at)
    browser = known.octets if known else None
    (row,) = await reserved_rows(executor, RESERVE_PASSWORD, (*arguments, name, name_digest, browser))
    return PasswordAttempt(
        state=state_of(row),
        user=None if row["user_id"] is None else UserId(row["user_id"]),
        audit_salt=row["audit_salt"],
        hash=row["hash"],
        known_browser=row["known"],
    )


async def reserve_factor(executor: Executor, user: UserId, method: Method, source: str, at: datetime) -> FactorAttempt:
    """Count a try of a second factor, whatever the browser: one counter per account and method (N-13)."""
    rows = await reserved_rows(executor, RESERVE_FACTOR, (*counting(method.counter, source, at), user))
    return FactorAttempt(state=state_of(rows[0]), apps=tuple(_apps(rows)), codes=_codes(rows[0]))


async def reserve(executor: Executor, user: UserId, counter: Counter, source: str, at: datetime) -> Reserved | Held:
    """Count a try of something that is looked for when it is settled."""
    (row,) = await reserved_rows(executor, RESERVE, (*counting(counter, source, at), user))
    return state_of(row)


async def reserved_rows(executor: Executor, statement: str, arguments: tuple[Any, ...]) -> list[Record]:
    """Again where neither a try was counted nor a reason is seen: a pause began while the statement ran."""
    rows = await executor.fetch(statement, *arguments)
    first, at = rows[0], arguments[1]
    told = first["failures"] or first["source_until"] or first["disabled_at"]
    if told or (first["paused_until"] and first["paused_until"] > at):
        return rows
    return await executor.fetch(statement, *arguments)


def counting(counter: Counter, source: str, at: datetime) -> tuple[Any, ...]:
    """$1 to $7 of the reserving statements."""
    return source, at, SOURCE_WINDOW, counter, SOURCE_LIMIT, list(PAUSE_SECONDS), LIMIT


def state_of(row: Record) -> Reserved | Held:
    """What STATE says."""
    if row["failures"] is not None:
        return Reserved(failures=row["failures"])
    if row["source_until"] is not None:
        return Held(until=row["source_until"], source_limited=True)
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
