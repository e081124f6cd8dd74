"""Enrolment passes: one per person, known by its digest; shown in a sign-in, and gone with the factor it lets in.

The binding of a factor deletes it (`factor_bound`, a trigger), whatever kind of factor that is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.authenticators.methods import Counter
from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.values.ids import InteractionId, UserId
from idp.values.secrets import Digest

PUT = """
INSERT INTO enrolment_passes (user_id, digest, made_at, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id) DO UPDATE SET digest = $2, made_at = $3, expires_at = $4
"""

# After PUT, in a statement of its own: whoever was showing the old one at that moment is seen.
VOID = """
UPDATE interactions SET answered = array_remove(answered, 'pass_shown')
WHERE user_id = $1 AND 'pass_shown' = ANY (answered)
"""

DEMAND = "UPDATE users SET enrolment_pass_demanded = true WHERE id = $1"

SHOW = f"""
WITH right_one AS (
    SELECT p.user_id FROM enrolment_passes p JOIN users u ON u.id = p.user_id
    WHERE p.user_id = $2 AND p.digest = $3 AND p.expires_at > $4 AND u.status = 'active' FOR KEY SHARE OF p, u
), cleared AS (
    DELETE FROM throttles WHERE subject = uuid_send($2) AND method = '{Counter.ENROLMENT_PASS}'
        AND EXISTS (SELECT FROM right_one)
), shown AS (
    UPDATE interactions SET answered = array_append(array_remove(answered, 'pass_shown'), 'pass_shown'),
        notice = '{{}}', expires_at = least($5, ends_at), user_id = $2
    WHERE id = $1 AND finished_at IS NULL AND (user_id IS NULL OR user_id = $2) AND EXISTS (SELECT FROM right_one)
    RETURNING id
), recorded AS ({EVENTS.format(events="$6", when="EXISTS (SELECT FROM shown)")})
SELECT EXISTS (SELECT FROM right_one) AS right_one, p.user_id, p.expires_at
FROM (SELECT) AS always LEFT JOIN enrolment_passes p ON p.digest = $3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A pass about to be shown in a sign-in of that person."""

    interaction: InteractionId
    user: UserId
    digest: Digest
    at: datetime
    expires_at: datetime
    """Of the Interaction, if it is the right one."""

    @property
    def arguments(self) -> tuple[Any, ...]:
        """$1 to $5."""
        return self.interaction, self.user, self.digest.octets, self.at, self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of it."""

    right: bool
    foreign: bool = False
    """Somebody else's."""
    expired: bool = False


async def put(executor: Executor, user: UserId, digest: Digest, at: datetime, until: datetime) -> None:
    """In place of one made before, wherever that was shown. In a transaction."""
    await executor.execute(PUT, user, digest.octets, at, until)
    await executor.execute(VOID, user)


async def demand(executor: Executor, user: UserId) -> None:
    """The next first factor of that person needs a pass, whatever policy says."""
    await executor.execute(DEMAND, user)


async def show(executor: Executor, shown: Shown, events: EncodedEvents) -> Verdict:
    """Keep on the Interaction that the right one was shown, and forget the failures before it."""
    row = await executor.fetchrow(SHOW, *shown.arguments, events)
    assert row is not None  # noqa: S101 (one row whatever is found)
    foreign = row["user_id"] is not None and row["user_id"] != shown.user
    expired = row["expires_at"] is not None and row["expires_at"] <= shown.at
    return Verdict(right=row["right_one"], foreign=foreign, expired=expired and not foreign)
