"""Authenticators of a person: an enrolment confirmed, recovery codes renewed and acknowledged, a password replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from idp.authenticators.totp import TotpParameters
from idp.storage.database import Executor
from idp.storage.events import EVENTS, RECORDED, EncodedEvents
from idp.storage.factor_parts import FREE_NAME, PASS_SPENT
from idp.values.ids import AuthenticatorId, InteractionId, UserId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

PERSON = """
person AS (
    SELECT id FROM users WHERE id = $2 AND version = {version} AND status = 'active' FOR NO KEY UPDATE
)
"""
"""Of two changes to one person's authenticators the second finds another version. Always the first lock taken."""

MAKE_CODES = """
renewing AS (SELECT id FROM moved WHERE $3::uuid IS NOT NULL),
outdated AS (DELETE FROM recovery_code_sets WHERE user_id = $2 AND EXISTS (SELECT FROM renewing) RETURNING id),
made AS (
    INSERT INTO recovery_code_sets (id, user_id, salt, pepper_id, created_at)
    SELECT $3, $2, $4, $5, $6 FROM renewing, (SELECT count(*) FROM outdated) AS after_the_old_set RETURNING id
), codes AS (
    INSERT INTO recovery_codes (set_id, digest) SELECT made.id, digest FROM made, unnest($7::bytea[]) AS digest
), void AS (
    UPDATE interactions SET sealed_codes = NULL, codes_until = NULL
    WHERE user_id = $2 AND id <> $1 AND sealed_codes IS NOT NULL AND EXISTS (SELECT FROM renewing)
)
"""
"""The new set waits for the old one to go, since a person has one set; what another sign-in still shows is void.

Without a new set ($3 is NULL) all of that stays.
"""

_NAME = FREE_NAME.format(name="$22", user="$2", gone="(f.kind = 'app' AND coalesce(f.id = ANY ($21::uuid[]), true))")

CONFIRM_ENROLMENT = f"""
WITH {PERSON.format(version="$13")}, moved AS (
    UPDATE interactions SET proofs = proofs || $10::jsonb, user_id = $2, notice = '{{}}',
        expires_at = least($11, ends_at), sealed_enrolment = NULL, enrolment_until = NULL,
        sealed_codes = coalesce($8, sealed_codes), codes_until = coalesce($9, codes_until),
        answered = array_append(array_remove(answered, 'recovery_used'), 'recovery_used')
    FROM person
    WHERE interactions.id = $1 AND finished_at IS NULL AND user_id = $2 AND sealed_enrolment = $12
    RETURNING interactions.id
), retired AS (
    DELETE FROM totp_authenticators
    WHERE user_id = $2 AND coalesce(id = ANY ($21::uuid[]), true) AND EXISTS (SELECT FROM moved) RETURNING id
), unlocked AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND EXISTS (SELECT FROM moved)
        AND (method = 'otp' OR method = 'recovery_code' AND $3::uuid IS NOT NULL)
), bound AS (
    INSERT INTO totp_authenticators
        (id, user_id, sealed_secret, algorithm, digits, period, state, last_step, confirmed_at, name)
    SELECT $14, $2, $15, $16, $17, $18, 'confirmed', $19, $6, {_NAME}
    FROM moved, (SELECT count(*) FROM retired) AS after_those_that_may_have_its_name
), {PASS_SPENT.format(user="$2", when="EXISTS (SELECT FROM moved)")}, {MAKE_CODES},
{RECORDED.format(events="$20", when="EXISTS (SELECT FROM moved)")}
SELECT id FROM moved
"""

RENEW_CODES = f"""
WITH {PERSON.format(version="$10")}, moved AS (
    UPDATE interactions SET sealed_codes = $8, codes_until = $9, user_id = $2, ends_at = greatest(ends_at, $9),
        expires_at = greatest(expires_at, $9)
    FROM person
    WHERE interactions.id = $1 AND finished_at IS NULL AND (user_id IS NULL OR user_id = $2)
        AND (codes_until IS NULL OR codes_until <= $6)
    RETURNING interactions.id
), unlocked AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND method = 'recovery_code' AND EXISTS (SELECT FROM moved)
), {MAKE_CODES}, {RECORDED.format(events="$11", when="EXISTS (SELECT FROM moved)")}
SELECT id FROM moved
"""

ACKNOWLEDGE = f"""
WITH {PERSON.format(version="$6")}, acknowledged AS (
    UPDATE recovery_code_sets s SET acknowledged_at = $3 FROM person
    WHERE s.user_id = $2 AND s.acknowledged_at IS NULL RETURNING s.id
), forgotten AS (
    UPDATE interactions SET sealed_codes = NULL, codes_until = NULL, notice = '{{}}', expires_at = least($4, ends_at),
        answered = array_append(array_remove(answered, 'codes_saved'), 'codes_saved')
    WHERE id = $1 AND finished_at IS NULL AND EXISTS (SELECT FROM acknowledged)
)
{EVENTS.format(events="$5", when="EXISTS (SELECT FROM acknowledged)")}
"""

REPLACE_PASSWORD = f"""
WITH {PERSON.format(version="$6")}, replaced AS (
    UPDATE passwords p SET hash = $3, long_enough_alone = $4, change_demanded = NULL, set_at = $5
    FROM person WHERE p.user_id = person.id RETURNING p.user_id
), noted AS (
    UPDATE interactions SET notice = '{{}}', expires_at = least($7, ends_at)
    WHERE id = $1 AND finished_at IS NULL AND EXISTS (SELECT FROM replaced)
), {RECORDED.format(events="$8", when="EXISTS (SELECT FROM replaced)")}
SELECT user_id FROM replaced
"""

REHASH = "UPDATE passwords SET hash = $3 WHERE user_id = $1 AND hash = $2"

PASSWORD_HASH = "SELECT hash FROM passwords WHERE user_id = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCodes:
    """A set of recovery codes as stored, and as kept sealed on the Interaction until it is acknowledged."""

    id: AuthenticatorId
    salt: bytes
    pepper_id: str
    digests: Sequence[Digest]
    sealed: Sealed
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApp:
    """A confirmed authenticator app; `step` is the time step that confirmed it, burnt from the start."""

    id: AuthenticatorId
    sealed_secret: Sealed
    parameters: TotpParameters
    step: int
    pending: Sealed
    """The set-up secret as it stood on the Interaction: confirmed once."""
    name: str
    """A number is added where the person has one with this name."""
    retires: Sequence[AuthenticatorId] | None
    """Those of the person's apps that it takes the place of; None: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Whose authenticators change in which Interaction, at which version of the person's facts."""

    interaction: InteractionId | None
    """None outside a sign-in."""
    user: UserId
    version: int
    at: datetime
    expires_at: datetime


async def confirm_enrolment(
    executor: Executor,
    moment: Moment,
    app: NewApp,
    codes: NewCodes | None,
    proof: dict[str, int],
    events: EncodedEvents,
) -> bool:
    """Bind the app, make codes anew unless None are given, and store the proof; False where facts moved on.

    An enrolment pass that let it in is spent with it, and so is the demand for one.
    """
    row = await executor.fetchval(
        CONFIRM_ENROLMENT,
        *code_arguments(moment, codes),
        proof,
        moment.expires_at,
        app.pending.octets,
        moment.version,
        app.id,
        app.sealed_secret.octets,
        app.parameters.algorithm,
        app.parameters.digits,
        app.parameters.period,
        app.step,
        events,
        app.retires,
        app.name,
    )
    return row is not None


async def renew_codes(executor: Executor, moment: Moment, codes: NewCodes, events: EncodedEvents) -> bool:
    """Make a new set where none is on show; False where one is, or facts moved on. The old set is void."""
    arguments = code_arguments(moment, codes)
    return await executor.fetchval(RENEW_CODES, *arguments, moment.version, events) is not None


async def acknowledge_codes(executor: Executor, moment: Moment, events: EncodedEvents) -> None:
    """The person has saved the codes: they are never shown again. Nothing happens where facts moved on."""
    arguments = (moment.interaction, moment.user, moment.at, moment.expires_at, events, moment.version)
    await executor.execute(ACKNOWLEDGE, *arguments)


async def replace_password(
    executor: Executor,
    moment: Moment,
    new_hash: str,
    events: EncodedEvents,
    *,
    long_enough_alone: bool,
) -> bool:
    """Set the person's own new password; what rests on the old one is for `endings.end_everything_else`."""
    row = await executor.fetchval(
        REPLACE_PASSWORD,
        moment.interaction,
        moment.user,
        new_hash,
        long_enough_alone,
        moment.at,
        moment.version,
        moment.expires_at,
        events,
    )
    return row is not None


async def password_hash(executor: Executor, user: UserId) -> str | None:
    """The stored hash, None where the person has no password."""
    stored: str | None = await executor.fetchval(PASSWORD_HASH, user)
    return stored


async def rehash(executor: Executor, user: UserId, old: str, new: str) -> None:
    """Store the same password under today's costs, unless it was changed meanwhile."""
    await executor.execute(REHASH, user, old, new)


def code_arguments(moment: Moment, codes: NewCodes | None) -> tuple[object, ...]:
    """$1 to $9 of the statements that make codes; without any, of the one that may leave those that there are."""
    interaction, user, at = moment.interaction, moment.user, moment.at
    if codes is None:
        return (interaction, user, None, None, None, at, None, None, None)
    return (
        interaction,
        user,
        codes.id,
        codes.salt,
        codes.pepper_id,
        at,
        [digest.octets for digest in codes.digests],
        codes.sealed.octets,
        codes.until,
    )
