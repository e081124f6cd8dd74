"""Client assertions seen, by the digest of their `jti`, until they would have expired: each works once (RFC 7523 3)."""

from datetime import datetime

from idp.storage.database import Executor
from idp.values.ids import ClientId
from idp.values.secrets import Digest

# Of a client that is still there: one that was just deleted proves nothing any more.
SPEND = """
INSERT INTO client_assertions (client_id, jti, expires_at)
SELECT client_id, $2, $3 FROM clients WHERE client_id = $1
ON CONFLICT DO NOTHING RETURNING true
"""


async def spend(executor: Executor, client_id: ClientId, jti: Digest, until: datetime) -> bool:
    """Whether this is the first time; of any number at once one gets True."""
    return bool(await executor.fetchval(SPEND, client_id, jti.octets, until))
