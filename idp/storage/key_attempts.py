"""Attempts with a security key or passkey: reserved before its answer is looked at, settled with its counter.

Which challenge was due and what the key last counted are read by one statement, as they were at one moment: a second
click whose first one has passed is told from a copy of the key.
"""

from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record

from idp.authenticators.methods import Counter
from idp.authenticators.security_key import Assertion, StoredKey
from idp.policy.account import Account
from idp.storage.accounts import account_of
from idp.storage.attempts import COUNT, STATE, Held, Reserved, counting, reserved_rows, state_of
from idp.storage.database import Executor
from idp.storage.events import EVENTS
from idp.storage.sessions import consented_of
from idp.storage.settlements import PROVED, Success
from idp.values.ids import AuthenticatorId, ClientId, InteractionId, UserId

RESERVE_KEY = f"""
WITH shown AS (
    SELECT k.*, u.status, u.audit_salt FROM webauthn_credentials k JOIN users u ON u.id = k.user_id
    WHERE k.credential_id = $8 AND ($9::uuid IS NULL OR k.user_id = $9)
), who AS (
    SELECT coalesce(uuid_send($9), $10) AS subject, false AS known
), {COUNT}
SELECT shown.id, shown.user_id, shown.credential_id, shown.public_key, shown.sign_count, shown.synced, shown.state,
    shown.status, shown.audit_salt, who.subject, (SELECT ceremony FROM interactions WHERE id = $11) AS ceremony, {STATE}
FROM who LEFT JOIN shown ON true LEFT JOIN reserved ON true
LEFT JOIN throttles t ON t.subject = who.subject AND t.method = $4 AND NOT t.known_browser
"""

# The key before the Interaction: whoever reports a loss takes their locks in that order, too.
SETTLE_KEY = f"""
WITH locked AS (
    SELECT id FROM webauthn_credentials WHERE id = $6 FOR NO KEY UPDATE
), due AS (
    SELECT i.id FROM locked, interactions i
    WHERE i.id = $1 AND i.ceremony = $5 AND i.finished_at IS NULL FOR UPDATE OF i
), used AS (
    UPDATE webauthn_credentials SET sign_count = $7, verifies = verifies OR $8, used_at = $9
    WHERE id = $6 AND user_id = $2 AND state = 'confirmed' AND (sign_count < $7 OR sign_count + $7 = 0)
        AND EXISTS (SELECT FROM due) AND EXISTS (SELECT FROM users WHERE id = $2 AND status = 'active')
    RETURNING id
), cleared AS (
    DELETE FROM throttles WHERE subject = $12 AND method = 'key' AND EXISTS (SELECT FROM used)
), {PROVED.format(settled="EXISTS (SELECT FROM used)")},
recorded AS ({EVENTS.format(events="$10", when="EXISTS (SELECT FROM proved)")})
SELECT a.*, c.scopes AS consented FROM accounts a LEFT JOIN consents c ON c.user_id = a.id AND c.client_id = $11
WHERE a.id = $2 AND EXISTS (SELECT FROM proved)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """The registered key that an answer claims to be of."""

    id: AuthenticatorId
    key: StoredKey
    suspended: bool
    active: bool
    """Whether its person is."""
    audit_salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAttempt:
    """A reserved try; `shown` is None where the key is nobody's, or not this person's."""

    state: Reserved | Held
    subject: bytes
    """What it was counted under."""
    shown: ShownKey | None
    ceremony: int | None
    """Which challenge was due at that moment; None where the Interaction is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Whose key the answer says it is of, not yet believed."""

    interaction: InteractionId
    credential_id: bytes
    """Empty where the answer could not be read."""
    user: UserId | None
    """Who has proved a password before; None where the key alone tells."""
    alone: bytes
    """What tries of a key alone are counted under: nobody has proved anything, so they lock nobody out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAnswer:
    """What a key proved, and to which question."""

    key: AuthenticatorId
    assertion: Assertion
    ceremony: int
    counted: bytes
    """What the try was counted under, and is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettled:
    """The person whose key it was, and what they allowed the client."""

    account: Account
    consented: frozenset[str]


async def reserve(executor: Executor, claimed: Claimed, source: str, at: datetime) -> KeyAttempt:
    """Count a try of a key: one counter for all keys of a person who has proved a password (N-13).

    Without one, of that key in that browser: a signature is not to be guessed, and whoever merely knows which keys a
    person has must not be able to close them.
    """
    arguments = (*counting(Counter.KEY, source, at), claimed.credential_id, claimed.user, claimed.alone)
    (row,) = await reserved_rows(executor, RESERVE_KEY, (*arguments, claimed.interaction))
    return KeyAttempt(state=state_of(row), subject=row["subject"], shown=_shown(row), ceremony=row["ceremony"])


async def settle(
    executor: Executor, success: Success, right: RightAnswer, client: ClientId, at: datetime
) -> KeySettled | None:
    """Store proof and counter. None where the challenge was answered meanwhile, the counter or the person moved on."""
    row = await executor.fetchrow(
        SETTLE_KEY,
        *success.arguments,
        right.ceremony,
        right.key,
        right.assertion.sign_count,
        right.assertion.verified,
        at,
        success.recorded,
        client,
        right.counted,
    )
    account = account_of(row) if row else None
    return None if row is None or account is None else KeySettled(account=account, consented=consented_of(row))


def _shown(row: Record) -> ShownKey | None:
    if row["id"] is None:
        return None
    key = StoredKey(
        user=UserId(row["user_id"]),
        credential_id=row["credential_id"],
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        synced=row["synced"],
    )
    return ShownKey(
        id=AuthenticatorId(row["id"]),
        key=key,
        suspended=row["state"] == "suspended",
        active=row["status"] == "active",
        audit_salt=row["audit_salt"],
    )
