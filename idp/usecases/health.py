"""Whether this process can do its work: what a load balancer asks before it sends people here."""

from idp.storage import health
from idp.usecases.errors import Unavailable
from idp.usecases.keys import FROM_THE_START
from idp.usecases.services import Services


async def missing(services: Services) -> tuple[str, ...]:
    """What is not there, in words for monitors; empty when all is well. Asks the database once, tells nobody's data."""
    try:
        await health.ping(services.database)
        algs = (await services.configuration()).keyring.algs()
    except Unavailable:
        return ("database",)
    return tuple(f"key {alg}" for alg in FROM_THE_START if alg not in algs)
