"""What monitors read of this process."""

import contextlib

from idp.storage import outbox
from idp.usecases.errors import Unavailable
from idp.usecases.services import Services


async def exposition(services: Services) -> bytes:
    """Prometheus text; gauges are read now. Those of the database stay as they were while it is away."""
    metrics = services.metrics
    with contextlib.suppress(Unavailable):
        waiting, given_up = await outbox.counts(services.database)
        metrics.outbox_waiting.set(waiting)
        metrics.outbox_given_up.set(given_up)
    metrics.statements.set(services.database.statements)
    metrics.cache_trusted.set(services.cache.trusted)
    return metrics.exposition()
