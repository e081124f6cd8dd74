"""Security keys and passkeys of a person: one registered inside a sign-in, and those that a browser is told of."""

from dataclasses import dataclass

from idp.authenticators.key_options import KnownKey
from idp.authenticators.security_key import NewKey
from idp.storage.authenticators import MAKE_CODES, PERSON, Moment, NewCodes, code_arguments
from idp.storage.database import Executor
from idp.storage.events import RECORDED, EncodedEvents
from idp.storage.factor_parts import FREE_NAME, PASS_SPENT
from idp.values.ids import AuthenticatorId, UserId

OF_PERSON = """
SELECT credential_id, transports FROM webauthn_credentials
WHERE user_id = $1 AND (state = 'confirmed' OR $2) ORDER BY used_at DESC NULLS LAST, id
"""

KNOWN = "SELECT EXISTS (SELECT FROM webauthn_credentials WHERE credential_id = $1)"

# Its id comes first, since it may be anybody's by now: nothing else happens then.
ADD_KEY = f"""
WITH {PERSON.format(version="$10")}, due AS (
    SELECT i.id FROM person, interactions i
    WHERE i.id = $1 AND finished_at IS NULL AND (user_id IS NULL OR user_id = $2) AND ceremony = $11 FOR UPDATE OF i
), bound AS (
    INSERT INTO webauthn_credentials
        (id, user_id, credential_id, public_key, sign_count, synced, verifies, transports, aaguid, name, state,
        confirmed_at)
    SELECT $13, $2, $14, $15, $16, $17, $18, $19, $20, {FREE_NAME.format(name="$21", user="$2", gone="false")},
        'confirmed', $6
    FROM due ON CONFLICT (credential_id) DO NOTHING RETURNING id
), moved AS (
    UPDATE interactions SET user_id = $2, notice = '{{}}', ceremony = ceremony + 1, expires_at = least($12, ends_at),
        sealed_codes = coalesce($8, sealed_codes), codes_until = coalesce($9, codes_until),
        answered = array_append(array_remove(answered, 'recovery_used'), 'recovery_used')
    FROM bound WHERE interactions.id = $1 RETURNING interactions.id
), unlocked AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND EXISTS (SELECT FROM bound)
        AND (method = 'key' OR method = 'recovery_code' AND $3::uuid IS NOT NULL)
), {PASS_SPENT.format(user="$2", when="EXISTS (SELECT FROM bound)")}, {MAKE_CODES},
{RECORDED.format(events="$22", when="EXISTS (SELECT FROM bound)")}
SELECT id FROM bound
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A key as it is to be bound, by an answer to that try of the Interaction."""

    id: AuthenticatorId
    key: NewKey
    name: str
    """A number is added where the person has one with this name."""
    ceremony: int


async def of_person(executor: Executor, user: UserId, *, suspended: bool = False) -> tuple[KnownKey, ...]:
    """What browsers need to find them again; the one used last comes first. `suspended`: those reported lost too."""
    rows = await executor.fetch(OF_PERSON, user, suspended)
    return tuple(KnownKey(credential_id=row["credential_id"], transports=tuple(row["transports"])) for row in rows)


async def known(executor: Executor, credential_id: bytes) -> bool:
    """Whether it is registered, whoever's it is."""
    found: bool = await executor.fetchval(KNOWN, credential_id)
    return found


async def add(
    executor: Executor, moment: Moment, made: Registration, codes: NewCodes | None, events: EncodedEvents
) -> bool:
    """Bind the key, and make codes anew unless None are given; False where facts moved on, or somebody has this key.

    It proves nothing yet. An enrolment pass that let it in is spent with it, and so is the demand for one.
    """
    key = made.key
    row = await executor.fetchval(
        ADD_KEY,
        *code_arguments(moment, codes),
        moment.version,
        made.ceremony,
        moment.expires_at,
        made.id,
        key.credential_id,
        key.public_key,
        key.sign_count,
        key.synced,
        key.verified,
        list(key.transports),
        key.aaguid,
        made.name,
        events,
    )
    return row is not None
