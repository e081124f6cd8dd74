"""Machine tokens revoked before their time, by `jti`, until they would have expired: they have no row of their own."""

from datetime import datetime

from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents

REVOKE = f"""
WITH revoked AS (
    INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING RETURNING jti
), recorded AS ({EVENTS.format(events="$3", when="EXISTS (SELECT FROM revoked)")})
SELECT EXISTS (SELECT FROM revoked)
"""

IS_REVOKED = "SELECT EXISTS (SELECT FROM revoked_tokens WHERE jti = $1)"


async def revoke(executor: Executor, jti: str, expires_at: datetime, events: EncodedEvents) -> bool:
    """Refuse that token from now on; False where it was refused already, and then nothing is recorded."""
    return bool(await executor.fetchval(REVOKE, jti, expires_at, events))


async def is_revoked(executor: Executor, jti: str) -> bool:
    """Whether that token was revoked."""
    return bool(await executor.fetchval(IS_REVOKED, jti))
