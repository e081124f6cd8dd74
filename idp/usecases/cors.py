"""The web origins whose scripts may read token, userinfo and revocation answers (RFC 9700 2.6)."""

from idp.oidc.cors import allowed_origins
from idp.storage import clients
from idp.usecases.services import Services


class PublicOrigins:
    """Read once and kept while changes of clients are heard of; requests without `Origin` never come here."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._origins: frozenset[str] = frozenset()
        self._generation = -1

    async def allow(self, origin: str) -> bool:
        """Whether it is the origin of a redirect URI of an active public client. Raises Unavailable."""
        cache = self._services.cache
        if not cache.trusted or cache.generation != self._generation:
            generation = cache.generation  # before reading: what changes meanwhile is read again
            self._origins = allowed_origins(await clients.public(self._services.database))
            self._generation = generation
        return origin in self._origins
