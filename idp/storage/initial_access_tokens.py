"""Initial access tokens: who may register a client, how often and until when (RFC 7591 3). Their digests only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from idp.storage.database import Executor
from idp.values.secrets import Digest

INSERT = """
INSERT INTO initial_access_tokens (id, digest, note, created_at, expires_at, uses_left) VALUES ($1, $2, $3, $4, $5, $6)
"""

LIVE = "SELECT id FROM initial_access_tokens WHERE digest = $1 AND uses_left > 0 AND expires_at > $2"

SPEND = """
UPDATE initial_access_tokens SET uses_left = uses_left - 1 WHERE id = $1 AND uses_left > 0 AND expires_at > $2
RETURNING true
"""

LISTED = "SELECT id, note, created_at, expires_at, uses_left FROM initial_access_tokens ORDER BY created_at, id"

DELETE = "DELETE FROM initial_access_tokens WHERE id = $1 RETURNING true"


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessToken:
    """One of them, without the token itself."""

    id: UUID
    note: str
    """What it was made for."""
    created_at: datetime
    expires_at: datetime
    uses_left: int


async def insert(executor: Executor, token: InitialAccessToken, digest: Digest) -> None:
    """A new one."""
    columns = (token.note, token.created_at, token.expires_at, token.uses_left)
    await executor.execute(INSERT, token.id, digest.octets, *columns)


async def live(executor: Executor, digest: Digest, at: datetime) -> UUID | None:
    """The id of a token that could be used now."""
    found: UUID | None = await executor.fetchval(LIVE, digest.octets, at)
    return found


async def spend(executor: Executor, token: UUID, at: datetime) -> bool:
    """Use it once. False where that is not possible any more."""
    return bool(await executor.fetchval(SPEND, token, at))


async def listed(executor: Executor) -> list[InitialAccessToken]:
    """All that were not purged, oldest first."""
    return [InitialAccessToken(**dict(row)) for row in await executor.fetch(LISTED)]


async def delete(executor: Executor, token: UUID) -> bool:
    """False where there is none of that id."""
    return bool(await executor.fetchval(DELETE, token))
