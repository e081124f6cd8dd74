"""What somebody changed of their own profile, written by one statement with its event."""

from collections.abc import Mapping
from datetime import datetime

from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.values.ids import UserId

# Only what was changed is written, so that nothing is lost that an admin changes at the same moment. The theme is no
# claim: no app hears of it.
CHANGE = f"""
WITH changed AS (
    UPDATE users SET
        profile = (profile || $2::jsonb) - $3::text[], theme = coalesce($4, theme),
        updated_at = CASE WHEN $2::jsonb = '{{}}' AND $3::text[] = '{{}}' THEN updated_at ELSE $5 END
    WHERE id = $1 AND status = 'active' RETURNING id
), recorded AS ({EVENTS.format(events="$6", when="EXISTS (SELECT FROM changed)")})
SELECT EXISTS (SELECT FROM changed)
"""


async def change(
    executor: Executor, user: UserId, values: Mapping[str, str | None], events: EncodedEvents, at: datetime
) -> bool:
    """Write these claims, and `theme` where it is among them; None takes a claim out. False where nobody is there."""
    claims = {name: value for name, value in values.items() if name != "theme"}
    kept = {name: value for name, value in claims.items() if value is not None}
    gone = [name for name, value in claims.items() if value is None]
    return bool(await executor.fetchval(CHANGE, user, kept, gone, values.get("theme"), at, events))
