"""What every use case is handed: made once in a process by `composition`, shared by all requests, never changed."""

from dataclasses import dataclass

from idp.keystore.keyring import Keyring
from idp.keystore.sealing import Sealer
from idp.keystore.service_keys import ServiceKeys
from idp.settings import Settings
from idp.storage.cache import ConfigurationCache
from idp.storage.database import Database
from idp.usecases.hashing import HashingPool
from idp.values.entropy import Clock, Entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`clock` is for edges and jobs, which take one instant and pass it on as `at`."""

    settings: Settings
    database: Database
    configuration: ConfigurationCache
    """`await configuration.current()` and `await configuration.client(id)`: no round trip while warm."""
    hashing: HashingPool
    clock: Clock
    entropy: Entropy

    @property
    def keyring(self) -> Keyring:
        """The signing keys as last read."""
        return self.configuration.latest.keyring

    @property
    def sealer(self) -> Sealer:
        """Seals under the active root key, as last read."""
        return self.configuration.latest.sealer

    @property
    def service_keys(self) -> ServiceKeys:
        """The named HMAC keys, as last read."""
        return self.configuration.latest.service_keys
