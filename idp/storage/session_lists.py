"""Live browser sessions as admins see them. Reading one for a request, and ending it, stand in sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.storage.database import Executor
from idp.values.ids import SessionId, UserId

LIVE = """
SELECT b.id, u.username, b.user_id, b.created_at, b.seen_at, b.expires_at,
    ARRAY(SELECT jsonb_object_keys(b.proofs) ORDER BY 1) AS methods
FROM browser_sessions b JOIN users u ON u.id = b.user_id
WHERE b.ended_at IS NULL AND b.expires_at > $1 AND b.seen_at > $1 - $2::interval
    AND ($3::uuid IS NULL OR b.user_id = $3) AND ($4::uuid IS NULL OR b.id = $4)
ORDER BY b.seen_at DESC, b.id LIMIT $5
"""

END = "UPDATE browser_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One live session; `methods` are the stored names of what was proved in it."""

    id: SessionId
    user: UserId
    username: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which sessions: all live ones, one person's, or one."""

    user: UserId | None = None
    session: SessionId | None = None
    limit: int = 1000


async def live(executor: Executor, wanted: Wanted, at: datetime, idle: timedelta) -> list[Listed]:
    """The latest used first."""
    rows = await executor.fetch(LIVE, at, idle, wanted.user, wanted.session, wanted.limit)
    return [
        Listed(
            id=SessionId(row["id"]),
            user=UserId(row["user_id"]),
            username=row["username"],
            created_at=row["created_at"],
            seen_at=row["seen_at"],
            expires_at=row["expires_at"],
            methods=tuple(row["methods"]),
        )
        for row in rows
    ]


async def end(executor: Executor, session: SessionId, at: datetime) -> bool:
    """End it now; False where it had ended already."""
    return bool(await executor.fetchval(END, session, at))
