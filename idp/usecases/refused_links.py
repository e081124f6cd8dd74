"""A mailed link that does nothing, whatever it was for: told, recorded, and counted against whoever opens it."""

from dataclasses import dataclass
from datetime import datetime

from idp.audit.event import SecurityEvent
from idp.audit.guards import SourceLimited
from idp.authenticators.throttling import LINKS_REFUSED, source_key
from idp.storage import refused_links
from idp.storage.events import EncodedEvents
from idp.storage.refused_links import Refusal
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLink:
    """It does nothing, or no longer."""

    until: datetime | None = None
    """Where too many were opened from there: when it may be tried again. A link that works does so all the while."""


async def dead(services: Services, visit: Visit, recorded: EncodedEvents) -> DeadLink:
    """Record the refusal with these events, and count it."""
    source = source_key(visit.origin.address)
    limited = SecurityEvent(
        event=SourceLimited(failures=LINKS_REFUSED, source=source),
        at=visit.at,
        actor=Actor(kind="anonymous"),
        origin=visit.origin,
    )
    refusal = Refusal(source=source, events=recorded, limited=[sealed(services, limited)])
    return DeadLink(until=await refused_links.refuse(services.database, refusal, visit.at))
