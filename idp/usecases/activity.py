"""What happened to the account of the person in the portal, by its own security events."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from idp.login.purpose import ACCOUNT
from idp.storage import own_events
from idp.storage.own_events import OwnEvent
from idp.usecases.own_events import opened, place_of
from idp.usecases.portal import Present
from idp.words.own_account import your_account

MOST = 50
"""Events on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event, with the app by its name and what the browser said of itself."""

    id: int
    at: datetime
    kind: str
    details: Mapping[str, object]
    app: str
    address: str
    place: str
    """Of the address, where a file says so."""
    agent: str


async def activity(present: Present, kinds: Collection[str]) -> tuple[Happened, ...]:
    """Of these kinds, the newest first."""
    found = await own_events.latest(present.scene.services.database, present.account.user, kinds, MOST)
    return tuple([await told_of(present, each) for each in found])


async def told_of(present: Present, event: OwnEvent) -> Happened:
    """The event, opened for its person."""
    services = present.scene.services
    told = opened(present, event.at, event.kind, event.personal) if event.personal else {}
    client = await services.client(event.client) if event.client and event.client != ACCOUNT else None
    return Happened(
        id=event.id,
        at=event.at,
        kind=event.kind,
        details=event.details,
        app=client.name if client else your_account(),
        address=told.get("address", ""),
        place=place_of(present, told.get("address", "")),
        agent=told.get("agent", ""),
    )
