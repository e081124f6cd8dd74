"""The security events about one person, as that person may read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from idp.storage.database import Executor, Untyped
from idp.values.ids import ClientId, UserId
from idp.values.sealed import Sealed

# Where somebody else acted, such as an admin, is not this person's business.
OWN = """
SELECT at, kind, client_id, details,
    CASE WHEN actor_kind = 'anonymous' OR actor_user = $1 THEN personal END AS personal
FROM security_events
WHERE user_id = $1 AND kind = ANY ($2::text[]) ORDER BY id DESC LIMIT $3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvent:
    """One event; what is personal in it is still sealed."""

    at: datetime
    kind: str
    client: ClientId | None
    details: Mapping[str, Untyped]
    personal: Sealed | None = field(repr=False)


async def latest(executor: Executor, user: UserId, kinds: Collection[str], limit: int) -> list[OwnEvent]:
    """Of these kinds, the newest first."""
    return [
        OwnEvent(
            at=row["at"],
            kind=row["kind"],
            client=None if row["client_id"] is None else ClientId(row["client_id"]),
            details=row["details"],
            personal=None if row["personal"] is None else Sealed(row["personal"]),
        )
        for row in await executor.fetch(OWN, user, list(kinds), limit)
    ]
