"""The octets of a `Sealed`: what they are made of and what they are bound to. Owns the format, chooses no key.

    kind (1) │ key id (6) │ nonce (24) │ ciphertext and tag (16 and more)

Kind, key id and place are associated data: octets moved to another row, or relabelled, do not open.
"""

from collections.abc import Callable
from enum import IntEnum

from idp.keystore.key_octets import KeyOctets
from idp.keystore.xaes import NONCE_LENGTH, TAG_LENGTH, decrypt, encrypt
from idp.values.entropy import Entropy
from idp.values.sealed import Place, Sealed

_HEAD = 7
_SHORTEST = _HEAD + NONCE_LENGTH + TAG_LENGTH
_SEPARATORS = 2


class Kind(IntEnum):
    """Under what sort of key; also the version of the format, so a later format takes a new number."""

    ROOT = 1
    PERSON = 2


class CannotOpen(Exception):
    """Octets that do not open at this place; says where and why, never what."""

    def __init__(self, why: str, place: Place | None = None) -> None:
        where = f"{place.table}.{place.column} of {place.row}: " if place else ""
        super().__init__(where + why)


def seal(kind: Kind, key_id: str, key: KeyOctets, plaintext: bytes, place: Place, entropy: Entropy) -> Sealed:
    """The plaintext, readable only under that key and at that place."""
    head = bytes((kind,)) + bytes.fromhex(key_id)
    nonce = entropy(NONCE_LENGTH)
    return Sealed(head + nonce + encrypt(key, nonce, plaintext, _bound(head, place)))


def unseal(kind: Kind, sealed: Sealed, place: Place, key_of: Callable[[str], KeyOctets | None]) -> bytes:
    """The plaintext; `key_of` finds the key by its id. Raises CannotOpen."""
    octets = sealed.octets
    key_id = key_id_of(sealed)
    if octets[0] != kind:
        raise CannotOpen(f"sealed as kind {octets[0]}, not {kind.value}", place)
    key = key_of(key_id)
    if key is None:
        raise CannotOpen(f"sealed under key {key_id}, which is not at hand", place)
    nonce, ciphertext = octets[_HEAD : _HEAD + NONCE_LENGTH], octets[_HEAD + NONCE_LENGTH :]
    plaintext = decrypt(key, nonce, ciphertext, _bound(octets[:_HEAD], place))
    if plaintext is None:
        raise CannotOpen(f"altered, moved from another place, or not made with key {key_id}", place)
    return plaintext


def key_id_of(sealed: Sealed) -> str:
    """The id of the key that it was sealed under. Raises CannotOpen for octets too short to be an envelope."""
    if len(sealed.octets) < _SHORTEST:
        raise CannotOpen(f"{len(sealed.octets)} octets are too few for an envelope")
    return sealed.octets[1:_HEAD].hex()


def _bound(head: bytes, place: Place) -> bytes:
    place_octets = place.associated_data()
    if place_octets.count(b"\0") != _SEPARATORS:
        raise ValueError("a place must not hold NUL: two places could be written alike")
    return head + place_octets
