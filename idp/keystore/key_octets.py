"""Key material that masks itself, and the id derived from it. Owns no use of a key."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, Self

from idp.values.entropy import Entropy


@dataclass(frozen=True, slots=True, repr=False)
class KeyOctets:
    """A symmetric key of 256 bits. Raises ValueError for any other length, without showing the octets."""

    _octets: bytes

    LENGTH: ClassVar[int] = 32

    def __post_init__(self) -> None:
        if len(self._octets) != self.LENGTH:
            raise ValueError(f"a key has {self.LENGTH} octets, not {len(self._octets)}")

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """A fresh key."""
        return cls(entropy(cls.LENGTH))

    def expose(self) -> bytes:
        """The octets; call it only where they enter a cipher, a MAC, a file or an envelope."""
        return self._octets

    def identifier(self, purpose: str) -> str:
        """Twelve hexadecimal digits that name this key: another key under the same name is told apart by them.

        48 bits of a labelled SHA-256 reveal nothing about a random key and are no secret.
        """
        return sha256(f"idp key id\0{purpose}\0".encode() + self._octets).hexdigest()[:12]

    def __repr__(self) -> str:
        return "KeyOctets(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyOctets) and hmac.compare_digest(self._octets, other._octets)

    def __hash__(self) -> int:
        return hash(self.identifier("hash"))
