"""The second factors that a person has, as the portal shows them; and their end, where the person wants it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from idp.storage.database import Executor
from idp.storage.events import RECORDED, EncodedEvents
from idp.values.ids import UserId

APPS = """
SELECT confirmed_at, last_step * period AS used_at FROM totp_authenticators
WHERE user_id = $1 AND state = 'confirmed' ORDER BY confirmed_at, id
"""

# The version is the one that policy was asked about: a rule that moved, or another change, is seen first.
TURN_OFF = f"""
WITH person AS (
    SELECT u.id FROM users u, policy_version v
    WHERE u.id = $1 AND u.version = $2 AND u.status = 'active' AND v.version = $3 FOR NO KEY UPDATE OF u
), unbound AS (
    DELETE FROM totp_authenticators WHERE user_id = $1 AND EXISTS (SELECT FROM person) RETURNING id
), keys AS (
    DELETE FROM webauthn_credentials WHERE user_id = $1 AND EXISTS (SELECT FROM person)
), voided AS (
    DELETE FROM recovery_code_sets WHERE user_id = $1 AND EXISTS (SELECT FROM person)
), hidden AS (
    UPDATE interactions SET sealed_codes = NULL, codes_until = NULL
    WHERE user_id = $1 AND sealed_codes IS NOT NULL AND EXISTS (SELECT FROM person)
), unlocked AS (
    DELETE FROM throttles WHERE subject = uuid_send($1) AND method IN ('otp', 'recovery_code', 'key')
        AND EXISTS (SELECT FROM person)
), {RECORDED.format(events="$4", when="EXISTS (SELECT FROM unbound)")}
SELECT id FROM person
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundApp:
    """A confirmed authenticator app; `used_at` is the time step of its latest code, so that it is exact to the step."""

    confirmed_at: datetime
    used_at: datetime


async def apps(executor: Executor, user: UserId) -> tuple[BoundApp, ...]:
    """The oldest first."""
    rows = await executor.fetch(APPS, user)
    return tuple(
        BoundApp(confirmed_at=row["confirmed_at"], used_at=datetime.fromtimestamp(row["used_at"], UTC)) for row in rows
    )


async def turn_off(executor: Executor, user: UserId, version: int, policy_version: int, events: EncodedEvents) -> bool:
    """Take every second factor away; False where person or policy has moved on."""
    return await executor.fetchval(TURN_OFF, user, version, policy_version, events) is not None
