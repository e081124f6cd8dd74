"""The web origins whose scripts may read token, userinfo and revocation answers (RFC 9700 2.6)."""

from idp.oidc.cors import allowed_origins
from idp.storage import clients
from idp.storage.cache import Kept
from idp.usecases.services import Services


class PublicOrigins:
    """Read once and kept while changes of clients are heard of; requests without `Origin` never come here."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._origins: Kept[int, frozenset[str]] = Kept(self._read, most=1)

    async def allow(self, origin: str) -> bool:
        """Whether it is the origin of a redirect URI of an active public client. Raises Unavailable."""
        cache = self._services.cache
        generation = cache.generation  # before reading: what changes meanwhile is read again
        origins = self._origins.at_hand(generation) if cache.trusted else None
        if origins is None:
            origins = await self._origins.get(generation, keep=cache.trusted)
        return origin in origins

    async def _read(self, _: int) -> frozenset[str]:
        return allowed_origins(await clients.public_redirect_uris(self._services.database))
