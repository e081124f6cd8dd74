"""Ciphertext and the place that it is bound to; sealing itself belongs to the keystore."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sealed:
    """Key id, nonce and AES-256-GCM ciphertext in one octet string, as stored in a `sealed_…` column."""

    octets: bytes

    def __repr__(self) -> str:
        """The kind alone."""
        return "Sealed(…)"


@dataclass(frozen=True, slots=True)
class Place:
    """Table, row and column that a ciphertext belongs to: its associated data, so that a copied row does not open."""

    table: str
    row: str
    column: str

    def associated_data(self) -> bytes:
        """Unambiguous octets: the parts joined by NUL, which none of them may hold."""
        return "\0".join((self.table, self.row, self.column)).encode()
