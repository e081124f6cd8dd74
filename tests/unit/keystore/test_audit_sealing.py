"""Personal fields of security events: readable while the person's salt is kept, and never after."""

import hmac
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pytest

from idp.keystore import envelope
from idp.keystore.audit_sealing import Person, event_place, open_personal, seal_personal
from idp.keystore.envelope import CannotOpen, Kind
from idp.keystore.key_octets import KeyOctets
from idp.keystore.service_keys import ServiceKey, ServiceKeyName, ServiceKeys
from idp.values.ids import UserId
from idp.values.sealed import Sealed

ALICE = Person(user=UserId(UUID(int=1)), salt=Random(1).randbytes(32))
BOB = Person(user=UserId(UUID(int=2)), salt=Random(2).randbytes(32))
AT = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
PLACE = event_place(at=AT, kind="password_failed", user=ALICE.user)
FIELDS = {"name": "żółw", "address": "192.0.2.1", "agent": "Mozilla/5.0"}


def keys(seed: int = 0, also: int | None = None) -> ServiceKeys:
    """Service keys of that seed, with the audit key of another seed still at hand."""
    made = [ServiceKey.generate(name, Random(seed + n).randbytes) for n, name in enumerate(ServiceKeyName)]
    older = [ServiceKey.generate(ServiceKeyName.AUDIT, Random(also + 4).randbytes)] if also is not None else []
    return ServiceKeys.of(made + older, {key.name: key.id for key in made})


def sealed(person: Person | None = ALICE) -> Sealed:
    """The fields, sealed for that person."""
    return seal_personal(keys(), person, FIELDS, PLACE, Random(9).randbytes)


@pytest.mark.parametrize("person", [ALICE, None])
def test_fields_open_again(person: Person | None) -> None:
    """Those of events about nobody we know too."""
    assert open_personal(keys(), person, sealed(person), PLACE) == FIELDS
    assert b"192.0.2.1" not in sealed(person).octets


@pytest.mark.parametrize(
    "person",
    [None, BOB, Person(user=ALICE.user, salt=BOB.salt), Person(user=BOB.user, salt=ALICE.salt)],
    ids=["salt deleted", "another person", "another salt", "another user"],
)
def test_without_the_persons_own_salt_nothing_opens(person: Person | None) -> None:
    """ASVS 14.2.7: erasing the salt erases the person from every event."""
    with pytest.raises(CannotOpen):
        open_personal(keys(), person, sealed(), PLACE)


def test_fields_of_nobody_do_not_open_for_somebody() -> None:
    with pytest.raises(CannotOpen):
        open_personal(keys(), ALICE, sealed(None), PLACE)


def test_fields_moved_to_another_event_do_not_open() -> None:
    for place in (
        event_place(at=AT.replace(microsecond=0), kind="password_failed", user=ALICE.user),
        event_place(at=AT, kind="signed_in", user=ALICE.user),
        event_place(at=AT, kind="password_failed", user=None),
    ):
        with pytest.raises(CannotOpen, match="moved from another place"):
            open_personal(keys(), ALICE, sealed(), place)


def test_older_events_open_after_the_audit_key_was_rotated() -> None:
    """ASVS 11.2.2: events cannot be sealed anew, so they name their key."""
    assert list(ServiceKeyName).index(ServiceKeyName.AUDIT) == 4
    assert open_personal(keys(50, also=0), ALICE, sealed(), PLACE) == FIELDS
    with pytest.raises(CannotOpen, match="is not at hand"):
        open_personal(keys(50), ALICE, sealed(), PLACE)


def test_octets_sealed_under_a_root_key_are_no_event_fields() -> None:
    audit = keys().current(ServiceKeyName.AUDIT)
    other = envelope.seal(Kind.ROOT, audit.id, audit.key, b"{}", PLACE, Random(1).randbytes)
    with pytest.raises(CannotOpen, match="sealed as kind 1, not 2"):
        open_personal(keys(), ALICE, other, PLACE)


def test_a_salt_of_another_length_is_refused() -> None:
    """An empty salt would shred nothing when it is deleted."""
    for length in (0, 16, 31, 33):
        with pytest.raises(ValueError, match="32 octets"):
            Person(user=ALICE.user, salt=bytes(length))
    assert "salt" not in repr(ALICE)


def test_the_derivation_is_rfc_5869() -> None:
    """HKDF-SHA-256 written out: extract with the salt, expand once. Pins what events of years rest on."""
    audit = keys().current(ServiceKeyName.AUDIT)
    extracted = hmac.digest(ALICE.salt, audit.key.expose(), "sha256")
    expanded = hmac.digest(extracted, b"idp audit\0" + ALICE.user.bytes + b"\x01", "sha256")
    opened = envelope.unseal(Kind.PERSON, sealed(), PLACE, lambda _: KeyOctets(expanded))
    assert b"192.0.2.1" in opened
