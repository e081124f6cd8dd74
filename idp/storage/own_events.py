"""The security events about one person, as that person may read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from asyncpg import Record

from idp.storage.database import Executor, Untyped
from idp.values.ids import ClientId, UserId
from idp.values.sealed import Sealed

# Where somebody else acted, such as an admin, is not this person's business.
_OWN = """
SELECT id, at, kind, client_id, details,
    CASE WHEN actor_kind = 'anonymous' OR actor_user = $1 THEN personal END AS personal
FROM security_events
WHERE user_id = $1 AND kind = ANY ($2::text[])
"""

LATEST = f"{_OWN} ORDER BY id DESC LIMIT $3"

ONE = f"{_OWN} AND id = $3"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvent:
    """One event; what is personal in it is still sealed."""

    id: int
    at: datetime
    kind: str
    client: ClientId | None
    details: Mapping[str, Untyped]
    personal: Sealed | None = field(repr=False)


async def latest(executor: Executor, user: UserId, kinds: Collection[str], limit: int) -> list[OwnEvent]:
    """Of these kinds, the newest first."""
    return [_event(row) for row in await executor.fetch(LATEST, user, list(kinds), limit)]


async def one(executor: Executor, user: UserId, kinds: Collection[str], event: int) -> OwnEvent | None:
    """That one, where it is about this person and of these kinds."""
    row = await executor.fetchrow(ONE, user, list(kinds), event)
    return None if row is None else _event(row)


def _event(row: Record) -> OwnEvent:
    return OwnEvent(
        id=row["id"],
        at=row["at"],
        kind=row["kind"],
        client=None if row["client_id"] is None else ClientId(row["client_id"]),
        details=row["details"],
        personal=None if row["personal"] is None else Sealed(row["personal"]),
    )
