"""The second factors that a person has, as the portal shows them: each renamed, removed, suspended; all turned off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from idp.storage.database import Executor
from idp.storage.events import EVENTS, RECORDED, EncodedEvents
from idp.storage.factor_parts import FACTORS
from idp.values.ids import AuthenticatorId, UserId

LISTED = f"""
SELECT kind, id, name, confirmed_at, suspended_at, used_at, verifies FROM {FACTORS} f
WHERE user_id = $1 ORDER BY confirmed_at, id
"""

# The latest; where somebody has set up two-factor since, it is not asked for.
RESET_AT = "SELECT max(at) FROM security_events WHERE user_id = $1 AND kind = 'second_factor_reset'"

# A name is no fact that a sign-in is decided on, but whoever looks for a free one decides on names.
RENAME = f"""
WITH person AS (
    UPDATE users SET version = version + 1 WHERE id = $1 AND version = $2 AND status = 'active' RETURNING id
), free AS (
    SELECT id FROM person
    WHERE NOT EXISTS (SELECT FROM {FACTORS} f WHERE f.user_id = $1 AND f.id <> $3 AND lower(f.name) = lower($4))
), app AS (
    UPDATE totp_authenticators SET name = $4
    WHERE id = $3 AND user_id = $1 AND EXISTS (SELECT FROM free) RETURNING id
), key AS (
    UPDATE webauthn_credentials SET name = $4
    WHERE id = $3 AND user_id = $1 AND EXISTS (SELECT FROM free) RETURNING id
), recorded AS ({EVENTS.format(events="$5", when="(EXISTS (SELECT FROM app) OR EXISTS (SELECT FROM key))")})
SELECT id FROM app UNION ALL SELECT id FROM key
"""

_UNCHANGED = """
person AS (
    SELECT u.id FROM users u, policy_version v
    WHERE u.id = $1 AND u.version = $2 AND u.status = 'active' AND v.version = $3 FOR NO KEY UPDATE OF u
)
"""
"""The version is the one that policy was asked about: a rule that moved, or another change, is seen first."""

REMOVE = f"""
WITH {_UNCHANGED}, others AS (
    SELECT id FROM person
    WHERE EXISTS (SELECT FROM {FACTORS} f WHERE f.user_id = $1 AND f.id <> $4 AND f.state = 'confirmed')
), app AS (
    DELETE FROM totp_authenticators WHERE id = $4 AND user_id = $1 AND EXISTS (SELECT FROM others) RETURNING id
), key AS (
    DELETE FROM webauthn_credentials WHERE id = $4 AND user_id = $1 AND EXISTS (SELECT FROM others) RETURNING id
), {RECORDED.format(events="$5", when="(EXISTS (SELECT FROM app) OR EXISTS (SELECT FROM key))")}
SELECT id FROM app UNION ALL SELECT id FROM key
"""

# Whatever else has changed about the person meanwhile, this is right.
SUSPEND = f"""
WITH person AS (SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE), app AS (
    UPDATE totp_authenticators SET state = 'suspended', suspended_at = $3
    WHERE id = $2 AND user_id = $1 AND state = 'confirmed' AND EXISTS (SELECT FROM person) RETURNING id
), key AS (
    UPDATE webauthn_credentials SET state = 'suspended', suspended_at = $3
    WHERE id = $2 AND user_id = $1 AND state = 'confirmed' AND EXISTS (SELECT FROM person) RETURNING id
), {RECORDED.format(events="$4", when="(EXISTS (SELECT FROM app) OR EXISTS (SELECT FROM key))")}
SELECT id FROM app UNION ALL SELECT id FROM key
"""

# What was set up by one statement has its instant in common with the event and the mail that tell of it.
DISTRUST = """
WITH apps AS (
    UPDATE totp_authenticators SET state = 'suspended', suspended_at = $3
    WHERE user_id = $1 AND confirmed_at = $2 AND state = 'confirmed' RETURNING true
), keys AS (
    UPDATE webauthn_credentials SET state = 'suspended', suspended_at = $3
    WHERE user_id = $1 AND confirmed_at = $2 AND state = 'confirmed' RETURNING true
), codes AS (
    DELETE FROM recovery_code_sets WHERE user_id = $1 AND created_at = $2 RETURNING true
)
SELECT (SELECT count(*) FROM apps) + (SELECT count(*) FROM keys) + (SELECT count(*) FROM codes)
"""

REACTIVATE = f"""
WITH {_UNCHANGED}, app AS (
    UPDATE totp_authenticators SET state = 'confirmed', suspended_at = NULL
    WHERE id = $4 AND user_id = $1 AND state = 'suspended' AND EXISTS (SELECT FROM person) RETURNING id
), key AS (
    UPDATE webauthn_credentials SET state = 'confirmed', suspended_at = NULL
    WHERE id = $4 AND user_id = $1 AND state = 'suspended' AND EXISTS (SELECT FROM person) RETURNING id
), {RECORDED.format(events="$5", when="(EXISTS (SELECT FROM app) OR EXISTS (SELECT FROM key))")}
SELECT id FROM app UNION ALL SELECT id FROM key
"""

TURN_OFF = f"""
WITH {_UNCHANGED}, apps AS (
    DELETE FROM totp_authenticators WHERE user_id = $1 AND EXISTS (SELECT FROM person) RETURNING id
), keys AS (
    DELETE FROM webauthn_credentials WHERE user_id = $1 AND EXISTS (SELECT FROM person) RETURNING id
), voided AS (
    DELETE FROM recovery_code_sets WHERE user_id = $1 AND EXISTS (SELECT FROM person)
), hidden AS (
    UPDATE interactions SET sealed_codes = NULL, codes_until = NULL
    WHERE user_id = $1 AND sealed_codes IS NOT NULL AND EXISTS (SELECT FROM person)
), unlocked AS (
    DELETE FROM throttles WHERE subject = uuid_send($1) AND method IN ('otp', 'recovery_code', 'key')
        AND EXISTS (SELECT FROM person)
), {RECORDED.format(events="$4", when="(EXISTS (SELECT FROM apps) OR EXISTS (SELECT FROM keys))")}
SELECT id FROM person
"""

Kind = Literal["app", "key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFactor:
    """An authenticator app or a key. The time of an app's latest code is exact to the time step."""

    kind: Kind
    id: AuthenticatorId
    name: str
    confirmed_at: datetime
    suspended_at: datetime | None
    """Since when it counts as lost and proves nothing."""
    used_at: datetime | None
    passkey: bool
    """A key that signs in without a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Whose factors change, at which versions of the person's facts and of the policy that was decided."""

    user: UserId
    version: int
    policy_version: int


async def listed(executor: Executor, user: UserId) -> tuple[BoundFactor, ...]:
    """The oldest first."""
    return tuple(
        BoundFactor(
            kind=row["kind"],
            id=AuthenticatorId(row["id"]),
            name=row["name"],
            confirmed_at=row["confirmed_at"],
            suspended_at=row["suspended_at"],
            used_at=row["used_at"],
            passkey=row["verifies"],
        )
        for row in await executor.fetch(LISTED, user)
    )


async def reset_at(executor: Executor, user: UserId) -> datetime | None:
    """When an admin last took all factors away; None where that never happened, or longer ago than events are kept."""
    at: datetime | None = await executor.fetchval(RESET_AT, user)
    return at


async def rename(
    executor: Executor, decided: Decided, factor: AuthenticatorId, name: str, events: EncodedEvents
) -> bool:
    """False where the person has another one with that name, has no such factor, or has moved on."""
    found = await executor.fetchval(RENAME, decided.user, decided.version, factor, name, events)
    return found is not None


async def remove(executor: Executor, decided: Decided, factor: AuthenticatorId, events: EncodedEvents) -> bool:
    """Take one away; False where no other would be left that proves anything, or person or policy has moved on."""
    found = await executor.fetchval(REMOVE, decided.user, decided.version, decided.policy_version, factor, events)
    return found is not None


async def suspend(
    executor: Executor, user: UserId, factor: AuthenticatorId, at: datetime, events: EncodedEvents
) -> bool:
    """From now on it proves nothing; False where it is none of the person's, or was suspended before."""
    return await executor.fetchval(SUSPEND, user, factor, at, events) is not None


async def distrust(executor: Executor, user: UserId, bound_at: datetime, at: datetime) -> int:
    """Suspend what was bound at that instant, and void recovery codes made then; returns how many. Person locked."""
    return int(await executor.fetchval(DISTRUST, user, bound_at, at))


async def reactivate(executor: Executor, decided: Decided, factor: AuthenticatorId, events: EncodedEvents) -> bool:
    """It proves again; False where it is not suspended, or person or policy has moved on."""
    found = await executor.fetchval(REACTIVATE, decided.user, decided.version, decided.policy_version, factor, events)
    return found is not None


async def turn_off(executor: Executor, decided: Decided, events: EncodedEvents) -> bool:
    """Take every second factor away; False where person or policy has moved on."""
    found = await executor.fetchval(TURN_OFF, decided.user, decided.version, decided.policy_version, events)
    return found is not None
