"""Personal fields of security events: sealed under a key of the person's own. Owns neither the events nor the salts.

A person's key is HKDF (RFC 5869) of the service's audit key, the random salt in the person's row and the person's id.
Deleting the salt makes those fields unreadable in every event, while the events and their chain stay whole.
The audit key is never dropped while an event made under it is kept: events cannot be sealed anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from idp.keystore import envelope
from idp.keystore.envelope import Kind
from idp.keystore.key_octets import KeyOctets
from idp.keystore.service_keys import MissingServiceKey, ServiceKey, ServiceKeyName, ServiceKeys
from idp.values.entropy import Entropy
from idp.values.ids import UserId
from idp.values.sealed import Place, Sealed

SALT_LENGTH = 32
_NOBODY = b"nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whose fields they are: the user and the `audit_salt` of the user's row (32 random octets)."""

    user: UserId
    salt: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for a salt of another length: an empty one would shred nothing when it is deleted."""
        if len(self.salt) != SALT_LENGTH:
            raise ValueError(f"an audit salt has {SALT_LENGTH} octets, not {len(self.salt)}")


def event_place(*, at: datetime, kind: str, user: UserId | None) -> Place:
    """Where an event's personal fields belong: told by what its row says of itself, for the id comes too late."""
    return Place("security_events", f"{at.isoformat()} {kind} {user or '-'}", "personal")


def seal_personal(
    keys: ServiceKeys, person: Person | None, fields: Mapping[str, str], place: Place, entropy: Entropy
) -> Sealed:
    """The fields, under the person's key; under one for nobody where the event concerns no user that we know."""
    key = keys.current(ServiceKeyName.AUDIT)
    plaintext = json.dumps(dict(fields), separators=(",", ":")).encode()
    return envelope.seal(Kind.PERSON, key.id, _key_of(key, person), plaintext, place, entropy)


def open_personal(keys: ServiceKeys, person: Person | None, sealed: Sealed, place: Place) -> dict[str, str]:
    """The fields again. Raises CannotOpen, also where they were sealed for a person whose salt is gone."""

    def key_of(key_id: str) -> KeyOctets | None:
        try:
            return _key_of(keys.get(ServiceKeyName.AUDIT, key_id), person)
        except MissingServiceKey:
            return None

    # Authenticated, hence written by seal_personal: its shape need not be doubted again.
    fields: dict[str, str] = json.loads(envelope.unseal(Kind.PERSON, sealed, place, key_of))
    return fields


def _key_of(key: ServiceKey, person: Person | None) -> KeyOctets:
    salt, name = (person.salt, person.user.bytes) if person else (None, _NOBODY)
    derivation = HKDF(SHA256(), KeyOctets.LENGTH, salt=salt, info=b"idp audit\0" + name)
    return KeyOctets(derivation.derive(key.key.expose()))
