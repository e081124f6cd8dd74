"""Somebody has lost every second factor: told whom to ask, with a number by which the help desk finds the sign-in.

The number proves nothing: whoever helps still has to see that it is really them.
"""

from dataclasses import dataclass
from datetime import datetime

from idp.audit.passes import HelpWanted
from idp.directory.permissions import Permission
from idp.keystore.audit_sealing import Person, event_place, open_personal
from idp.login.help_reference import parse, reference_of
from idp.storage import help_wanted
from idp.storage.help_wanted import Wanted
from idp.usecases.management import Refused
from idp.usecases.outcome import Current
from idp.usecases.services import Services
from idp.values.ids import ClientId
from idp.words.browsers import browser

READING = Permission.USERS_READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whose sign-in a number names, and where it came from."""

    username: str
    at: datetime
    client: ClientId | None
    address: str
    browser: str
    """In words."""


async def ask(current: Current) -> str:
    """The number of this sign-in; recorded the first time that it is shown."""
    reference = reference_of(current.interaction.id)
    events = current.scene.events(HelpWanted(reference=reference))
    await help_wanted.record_once(current.scene.services.database, current.interaction.id, reference, events)
    return reference


async def find(services: Services, number: str) -> list[Found]:
    """The sign-ins with that number: none, or one, unless two met by chance. Raises Refused for what is no number."""
    reference = parse(number)
    if reference is None:
        raise Refused("A reference number has nine digits, such as 482 190 735.")
    return [_found(services, wanted) for wanted in await help_wanted.find(services.database, reference)]


def _found(services: Services, wanted: Wanted) -> Found:
    person = Person(user=wanted.user, salt=wanted.audit_salt)
    place = event_place(at=wanted.at, kind=wanted.kind, user=wanted.user)
    fields = open_personal(services.service_keys, person, wanted.personal, place) if wanted.personal else {}
    return Found(
        username=wanted.username,
        at=wanted.at,
        client=wanted.client,
        address=fields.get("address", ""),
        browser=browser(fields.get("agent", "")),
    )
