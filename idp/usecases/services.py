"""What every use case is handed: made once in a process by `composition`, shared by all requests, never changed."""

from dataclasses import dataclass, field

from idp.keystore.keyring import Keyring
from idp.keystore.sealing import Sealer
from idp.keystore.service_keys import ServiceKeys
from idp.keystore.verifying import SeenTokens
from idp.oidc.client import Client
from idp.outbound.fetching import Fetcher
from idp.outbound.smtp import Mailer
from idp.settings import Settings
from idp.storage.cache import ConfigurationCache
from idp.storage.configuration import Configuration
from idp.storage.database import Database
from idp.telemetry import Metrics
from idp.usecases.client_key_cache import ClientKeyCache
from idp.usecases.hashing import HashingPool
from idp.usecases.places import Places
from idp.values.entropy import Clock, Entropy
from idp.values.ids import ClientId

__all__ = ["Configuration", "Services"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`clock` is for edges and jobs, which take one instant and pass it on as `at`."""

    settings: Settings
    database: Database
    cache: ConfigurationCache
    hashing: HashingPool
    fetcher: Fetcher
    clock: Clock
    entropy: Entropy
    mailer: Mailer | None = None
    """None where nobody is written to."""
    places: Places | None = None
    """None where nobody is told where an address is."""
    seen_tokens: SeenTokens = field(default_factory=SeenTokens)
    """Access tokens verified lately: their signatures need not be checked again."""
    client_keys: ClientKeyCache = field(default_factory=ClientKeyCache)
    """What clients' JWTs are verified with."""
    metrics: Metrics = field(default_factory=Metrics)
    """What this process counts."""

    async def configuration(self, *, fresh: bool = False) -> Configuration:
        """The configuration: no round trip while it is known. `fresh`: as the database says now."""
        return await self.cache.current(fresh=fresh)

    async def client(self, client_id: ClientId) -> Client | None:
        """The registered client, disabled ones too: no round trip while it is known."""
        # What comes in a path may hold a NUL, which no text of PostgreSQL does.
        return await self.cache.client(client_id) if client_id.isprintable() else None

    @property
    def keyring(self) -> Keyring:
        """The signing keys as last read."""
        return self.cache.latest.keyring

    @property
    def sealer(self) -> Sealer:
        """Seals under the active root key, as last read."""
        return self.cache.latest.sealer

    @property
    def service_keys(self) -> ServiceKeys:
        """The named HMAC keys, as last read."""
        return self.cache.latest.service_keys
