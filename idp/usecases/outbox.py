"""The outbox as its sender sees it: what is due is claimed, tried once, and either done with or put off."""

from collections.abc import Collection
from datetime import datetime, timedelta

from idp.audit.event import Event, SecurityEvent
from idp.audit.protocol import LogoutDelivered, LogoutGivenUp, LogoutUndelivered
from idp.storage import outbox
from idp.storage.events import EncodedEvents
from idp.storage.outbox import Claim, Claimed, Ended
from idp.usecases.backchannel_logout import NobodyToTell, NotTold, Told, tell
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.values.actors import Actor
from idp.values.ids import ClientId

__all__ = ["Claimed", "claim_due", "put_off", "send"]

CLAIM_LASTS = timedelta(seconds=30)
"""Longer than any try takes; a sender that died is followed by another one then."""

OF_EACH_CLIENT = 4
"""At once, in one process: an app that hangs occupies no more places than these."""

PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""After each failed try; the one after the last pause is the last one."""

OUR_FAULT = "our_fault"


async def claim_due(services: Services, busy: Collection[ClientId], at_most: int, at: datetime) -> list[Claimed]:
    """What this process is to send now. `busy`: clients that it is talking to already, which come next time."""
    wanted = Claim(until=at + CLAIM_LASTS, not_of=sorted(busy), of_each=OF_EACH_CLIENT, at_most=at_most)
    return await outbox.claim(services.database, wanted, at)


async def send(services: Services, claimed: Claimed, at: datetime) -> None:
    """Try once, and store what came of it. Raises Unavailable; the claim then runs out by itself."""
    match await tell(services, claimed.notice, at):
        case Told():
            events = _events(services, claimed, LogoutDelivered(tries=claimed.number), at)
            await outbox.finish(services.database, claimed, Ended(outcome="delivered"), events, at)
        case NobodyToTell():
            await outbox.finish(services.database, claimed, Ended(outcome="pointless"), [], at)
        case NotTold(fault=fault):
            await put_off(services, claimed, fault, at)


async def put_off(services: Services, claimed: Claimed, fault: str, at: datetime) -> None:
    """A try failed: there is another one after a pause that grows, or none any more."""
    number = claimed.number
    if number > len(PAUSES):
        events = _events(services, claimed, LogoutGivenUp(fault=fault, tries=number), at)
        await outbox.finish(services.database, claimed, Ended(outcome="failed", fault=fault), events, at)
    else:
        events = _events(services, claimed, LogoutUndelivered(fault=fault, tries=number), at)
        await outbox.postpone(services.database, claimed, fault, events, at + PAUSES[number - 1])


def _events(services: Services, claimed: Claimed, event: Event, at: datetime) -> EncodedEvents:
    notice = claimed.notice
    envelope = SecurityEvent(
        event=event, at=at, actor=Actor(kind="job"), user=notice.user, client=notice.client, session=notice.session
    )
    return [sealed(services, envelope)]
