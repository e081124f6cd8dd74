"""What ends for one person at once: sessions, grants, sign-ins under way, known browsers, second factors, pauses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from idp.authenticators.methods import Counter
from idp.storage.database import Executor
from idp.values.ids import InteractionId, SessionId, UserId

# Whoever decided anything about that person before finds another version, also where no other fact of theirs changed.
MOVE_ON = "UPDATE users SET version = version + 1 WHERE id = $1"

END_SESSIONS = "UPDATE browser_sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL RETURNING true"

REVOKE_GRANTS = """
UPDATE grants SET revoked_at = $2, revoked_reason = $3 WHERE user_id = $1 AND revoked_at IS NULL RETURNING true
"""

# Their proofs were made before whatever is ended now, so none of them may still lead to a code.
ABANDON_SIGN_INS = "DELETE FROM interactions WHERE user_id = $1"

# One statement, yet never part of the one that locks the person: what others stored while that one waited must be seen.
END_ALL_ELSE = """
WITH abandoned AS (
    DELETE FROM interactions WHERE user_id = $1 AND id IS DISTINCT FROM $2 AND finished_at IS NULL
), forgotten AS (
    DELETE FROM known_browsers WHERE user_id = $1
), signed_out AS (
    UPDATE browser_sessions SET ended_at = $4 WHERE user_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $3
    RETURNING id
), ended AS (
    UPDATE grants SET revoked_at = $4, revoked_reason = $5 WHERE user_id = $1 AND revoked_at IS NULL RETURNING id
)
SELECT (SELECT count(*) FROM signed_out) AS sessions, (SELECT count(*) FROM ended) AS grants
"""

FORGET_BROWSERS = "DELETE FROM known_browsers WHERE user_id = $1"

UNBIND_APPS = "DELETE FROM totp_authenticators WHERE user_id = $1 RETURNING true"

UNBIND_KEYS = "DELETE FROM webauthn_credentials WHERE user_id = $1 RETURNING true"

VOID_CODES = "DELETE FROM recovery_code_sets WHERE user_id = $1 RETURNING true"

UNLOCK = """
DELETE FROM throttles WHERE subject = uuid_send($1::uuid) AND method = ANY ($2::text[]) RETURNING method
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How much ended."""

    sessions: int
    grants: int


async def end_everything(executor: Executor, user: UserId, reason: str, at: datetime) -> Ended:
    """End every session, grant and sign-in under way; `reason` is kept with the grants."""
    await move_on(executor, user)
    await abandon_sign_ins(executor, user)
    sessions = await end_sessions(executor, user, at)
    return Ended(sessions=sessions, grants=await end_grants(executor, user, reason, at))


async def move_on(executor: Executor, user: UserId) -> None:
    """Whoever decided anything about that person before decides anew. Waits for those who are about to store it."""
    await executor.execute(MOVE_ON, user)


async def end_grants(executor: Executor, user: UserId, reason: str, at: datetime) -> int:
    """End every grant; `reason` is kept with them. Returns how many."""
    return len(await executor.fetch(REVOKE_GRANTS, user, at, reason))


async def end_sessions(executor: Executor, user: UserId, at: datetime) -> int:
    """End every session, idle ones too; returns how many."""
    return len(await executor.fetch(END_SESSIONS, user, at))


async def abandon_sign_ins(executor: Executor, user: UserId) -> None:
    """End every sign-in under way of that person, for it would end in a session."""
    await executor.execute(ABANDON_SIGN_INS, user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a person has just proved themselves in."""

    interaction: InteractionId | None
    session: SessionId | None


async def end_everything_else(executor: Executor, user: UserId, kept: Kept, reason: str, at: datetime) -> Ended:
    """End every grant and known browser, and every session and sign-in under way but these.

    In a transaction, after a statement that has locked the person.
    """
    row = await executor.fetchrow(END_ALL_ELSE, user, kept.interaction, kept.session, at, reason)
    return Ended(sessions=row["sessions"], grants=row["grants"]) if row else Ended(sessions=0, grants=0)


async def forget_browsers(executor: Executor, user: UserId) -> None:
    """No browser is known any more."""
    await executor.execute(FORGET_BROWSERS, user)


async def unbind_second_factors(executor: Executor, user: UserId) -> tuple[int, int]:
    """Take away authenticator apps, keys and recovery codes; returns how many apps with keys, and sets, there were."""
    apps = [*await executor.fetch(UNBIND_APPS, user), *await executor.fetch(UNBIND_KEYS, user)]
    return len(apps), len(await executor.fetch(VOID_CODES, user))


async def unlock(executor: Executor, user: UserId, counters: Iterable[Counter]) -> tuple[str, ...]:
    """Forget the failures in a row that were counted there; returns those that had any."""
    rows = await executor.fetch(UNLOCK, user, sorted(counters))
    return tuple(sorted({row["method"] for row in rows}))
