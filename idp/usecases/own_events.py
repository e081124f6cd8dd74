"""What is personal in the security events of the person in the portal, opened for that person."""

from collections.abc import Mapping
from datetime import datetime

from idp.keystore.audit_sealing import Person, event_place, open_personal
from idp.usecases.portal import Present
from idp.values.sealed import Sealed


def opened(present: Present, at: datetime, kind: str, personal: Sealed) -> Mapping[str, str]:
    """The fields of an event about them."""
    account = present.account
    person = Person(user=account.user, salt=account.audit_salt)
    place = event_place(at=at, kind=kind, user=account.user)
    return open_personal(present.scene.services.service_keys, person, personal, place)


def place_of(present: Present, address: str) -> str:
    """Where that is, roughly; empty where no file says so."""
    places = present.scene.services.places
    return places.of(address) if places and address else ""
