"""Sealing under a root key: TOTP secrets, signing keys, service keys, what an Interaction keeps. Owns no row."""

from dataclasses import dataclass

from idp.keystore import envelope
from idp.keystore.envelope import CannotOpen, Kind
from idp.keystore.key_octets import KeyOctets
from idp.keystore.root_keys import RootKeys
from idp.values.entropy import Entropy
from idp.values.sealed import Place, Sealed

__all__ = ["CannotOpen", "Sealer"]


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals under the active root key, opens under any at hand, so that `rotate-root` works while the service runs."""

    _root_keys: RootKeys
    active_id: str
    _entropy: Entropy

    def __post_init__(self) -> None:
        """Raises MissingRootKey where the active key is not at hand."""
        self._root_keys.require({self.active_id})

    def seal(self, plaintext: bytes, place: Place) -> Sealed:
        """Bound to its place: another row, table or column does not open it."""
        root = self._root_keys.one(self.active_id)
        return envelope.seal(Kind.ROOT, root.id, root.key, plaintext, place, self._entropy)

    def open(self, sealed: Sealed, place: Place) -> bytes:
        """Raises CannotOpen: altered, moved from another place, or sealed under a key that is not at hand."""
        return envelope.unseal(Kind.ROOT, sealed, place, self._key)

    def reseal(self, sealed: Sealed, place: Place) -> Sealed:
        """The same content under the active root key; the same value where it is sealed under that already."""
        if self.key_id_of(sealed) == self.active_id:
            return sealed
        return self.seal(self.open(sealed, place), place)

    @staticmethod
    def key_id_of(sealed: Sealed) -> str:
        """Id of the root key that it needs (ASVS 11.2.2: every ciphertext names its key)."""
        return envelope.key_id_of(sealed)

    def _key(self, key_id: str) -> KeyOctets | None:
        root = self._root_keys.get(key_id)
        return root.key if root else None
