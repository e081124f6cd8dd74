"""What the doctor asks the database, all of it read: limits, roles, late jobs, clients that protect no code."""

from dataclasses import dataclass
from datetime import datetime

from idp.storage.database import Executor
from idp.storage.outbox import unreached
from idp.storage.roles import SEPARATE
from idp.values.ids import ClientId

MAX_CONNECTIONS = """
SELECT current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
"""

# RFC 9700 2.1.1: a code that is bound by neither PKCE nor nonce can be injected into somebody else's sign-in.
UNBOUND = """
SELECT client_id FROM grants WHERE code_challenge IS NULL AND nonce IS NULL GROUP BY client_id ORDER BY client_id
"""

LATE = "SELECT name FROM jobs WHERE due_at < $1 ORDER BY name"

SERVER_LEVEL = "SELECT level FROM policy_rules WHERE target_kind = 'server'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """The answers."""

    connections: int
    """How many the server's role may have."""
    roles_are_separate: bool
    unbound_clients: tuple[str, ...]
    """Clients that have been given codes bound by neither PKCE nor nonce."""
    late_jobs: tuple[str, ...]
    unreached_clients: tuple[ClientId, ...]
    """Clients that could not be told of a sign-out, and that nothing has reached since."""
    second_factor_by_default: bool


async def inspect(executor: Executor, late_since: datetime) -> Inspection:
    """`late_since`: jobs that were due before then are late."""
    return Inspection(
        connections=await executor.fetchval(MAX_CONNECTIONS),
        roles_are_separate=bool(await executor.fetchval(SEPARATE)),
        unbound_clients=tuple(row["client_id"] for row in await executor.fetch(UNBOUND)),
        late_jobs=tuple(row["name"] for row in await executor.fetch(LATE, late_since)),
        unreached_clients=await unreached(executor),
        second_factor_by_default=await executor.fetchval(SERVER_LEVEL) is not None,
    )
