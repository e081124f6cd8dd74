"""What monitors read of this process."""

from idp.usecases.services import Services


def exposition(services: Services) -> bytes:
    """Prometheus text; gauges are read now."""
    metrics = services.metrics
    metrics.statements.set(services.database.statements)
    metrics.cache_trusted.set(services.cache.trusted)
    return metrics.exposition()
