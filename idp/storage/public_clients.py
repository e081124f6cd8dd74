"""Public clients, all at once: the only ones whose scripts may call the endpoints from a browser."""

from idp.oidc.client import Client
from idp.storage.configuration import client_of
from idp.storage.database import Executor

PUBLIC = """
SELECT c.*, '{}'::bytea[] AS secrets FROM clients c
WHERE c.token_endpoint_auth_method = 'none' AND c.status = 'active'
"""


async def active(executor: Executor) -> tuple[Client, ...]:
    """Every public client that is not disabled."""
    return tuple(client_of(row) for row in await executor.fetch(PUBLIC))
