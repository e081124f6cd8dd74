"""Whether the database answers."""

from idp.storage.database import Executor

PING = "SELECT true"


async def ping(executor: Executor) -> bool:
    """Raises DatabaseUnavailable where it does not."""
    return bool(await executor.fetchval(PING))
