"""The outbox as its sender sees it: what is due is claimed, tried once, and either done with or put off."""

from collections.abc import Collection
from datetime import datetime, timedelta

from idp.audit.event import Event, SecurityEvent
from idp.audit.mail import MailGivenUp, MailSent, MailUndelivered
from idp.audit.protocol import LogoutDelivered, LogoutGivenUp, LogoutUndelivered
from idp.storage import outbox
from idp.storage.events import EncodedEvents
from idp.storage.outbox import Claim, Claimed, Ended, LogoutNotice
from idp.usecases import backchannel_logout, mailing
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.usecases.telling import NobodyToTell, NotTold, Told
from idp.values.actors import Actor

__all__ = ["Claimed", "claim_due", "put_off", "send"]

CLAIM_LASTS = timedelta(seconds=30)
"""Longer than any try takes; a sender that died is followed by another one then."""

OF_EACH_LANE = 4
"""At once, in one process: an app or a mail server that hangs occupies no more places than these."""

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


async def claim_due(services: Services, busy: Collection[str], at_most: int, at: datetime) -> list[Claimed]:
    """What this process is to send now. `busy`: lanes that it is sending in already, which come next time."""
    wanted = Claim(
        until=at + CLAIM_LASTS,
        not_of=sorted(busy),
        mails=services.mailer is not None,
        of_each=OF_EACH_LANE,
        at_most=at_most,
    )
    return await outbox.claim(services.database, wanted, at)


async def send(services: Services, claimed: Claimed, at: datetime) -> None:
    """Try once, and store what came of it. Raises Unavailable; the claim then runs out by itself."""
    match await _tried(services, claimed, at):
        case Told():
            events = _events(services, claimed, _delivered(claimed), at)
            await outbox.finish(services.database, claimed, Ended(outcome="delivered"), events, at)
        case NobodyToTell():
            await outbox.finish(services.database, claimed, Ended(outcome="pointless"), [], at)
        case NotTold(fault=fault, for_good=True):
            await _give_up(services, claimed, fault, at)
        case NotTold(fault=fault):
            await put_off(services, claimed, fault, at)


async def put_off(services: Services, claimed: Claimed, fault: str, at: datetime) -> None:
    """A try failed: there is another one after a pause that grows, or none any more."""
    if claimed.number > len(PAUSES):
        await _give_up(services, claimed, fault, at)
        return
    events = _events(services, claimed, _undelivered(claimed, fault), at)
    await outbox.postpone(services.database, claimed, fault, events, at + PAUSES[claimed.number - 1])


async def _tried(services: Services, claimed: Claimed, at: datetime) -> Told | NotTold | NobodyToTell:
    if isinstance(claimed.notice, LogoutNotice):
        return await backchannel_logout.tell(services, claimed.notice, at)
    return await mailing.post(services, claimed.notice, at)


async def _give_up(services: Services, claimed: Claimed, fault: str, at: datetime) -> None:
    events = _events(services, claimed, _given_up(claimed, fault), at)
    await outbox.finish(services.database, claimed, Ended(outcome="failed", fault=fault), events, at)


def _delivered(claimed: Claimed) -> Event:
    notice, tries = claimed.notice, claimed.number
    return (
        LogoutDelivered(tries=tries) if isinstance(notice, LogoutNotice) else MailSent(topic=notice.topic, tries=tries)
    )


def _undelivered(claimed: Claimed, fault: str) -> Event:
    notice, tries = claimed.notice, claimed.number
    if isinstance(notice, LogoutNotice):
        return LogoutUndelivered(fault=fault, tries=tries)
    return MailUndelivered(topic=notice.topic, fault=fault, tries=tries)


def _given_up(claimed: Claimed, fault: str) -> Event:
    notice, tries = claimed.notice, claimed.number
    if isinstance(notice, LogoutNotice):
        return LogoutGivenUp(fault=fault, tries=tries)
    return MailGivenUp(topic=notice.topic, fault=fault, tries=tries)


def _events(services: Services, claimed: Claimed, event: Event, at: datetime) -> EncodedEvents:
    notice = claimed.notice
    told = notice if isinstance(notice, LogoutNotice) else None
    envelope = SecurityEvent(
        event=event,
        at=at,
        actor=Actor(kind="job"),
        user=notice.user,
        client=told.client if told else None,
        session=told.session if told else None,
    )
    return [sealed(services, envelope)]
