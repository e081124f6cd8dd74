"""Passwords as set by somebody else than their person; the person's own change stands in authenticators."""

from datetime import datetime
from typing import Literal

from idp.storage.database import Executor
from idp.values.ids import UserId

PUT = """
INSERT INTO passwords (user_id, hash, long_enough_alone, change_demanded, set_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_id) DO UPDATE SET hash = $2, long_enough_alone = $3, change_demanded = $4, set_at = $5
"""

DEMAND_CHANGE = "UPDATE passwords SET change_demanded = 'compromised' WHERE user_id = $1 RETURNING true"


async def put(
    executor: Executor,
    user: UserId,
    new_hash: str,
    at: datetime,
    *,
    long_enough_alone: bool,
    change_demanded: Literal["set_by_other"] | None,
) -> None:
    """The person's password from now on, hashed; `change_demanded` leads to a new one in the next sign-in."""
    await executor.execute(PUT, user, new_hash, long_enough_alone, change_demanded, at)


async def demand_change(executor: Executor, user: UserId) -> bool:
    """The password may be known to others; False where the person has none."""
    return bool(await executor.fetchval(DEMAND_CHANGE, user))
