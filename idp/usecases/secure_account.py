"""«Not you? Secure my account»: the link in a mail about an account ends everything that could be somebody else's.

It signs nobody in, and asks first. Two-factor stays: whoever reads somebody's mail must not be rid of it. A factor that
the mail tells of is suspended with it, or whoever set it up would come back by it; suspended, it still stands.
"""

from dataclasses import dataclass
from datetime import timedelta

from idp.audit.event import Event, SecurityEvent
from idp.audit.links import AccountSecured, LinkRefused
from idp.audit.profile import AddressRestored
from idp.storage import addresses, bound_factors, endings, events, links, passwords
from idp.storage.database import Executor
from idp.storage.events import EncodedEvents
from idp.storage.links import Link, Whose
from idp.usecases.recording import sealed
from idp.usecases.refused_links import DeadLink, dead
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.actors import Actor
from idp.values.ids import UserId
from idp.values.secrets import LinkSecret

REPEATED = timedelta(seconds=60)
"""A second click is no error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """Whose account it is."""

    username: str
    address: str | None
    """The address that it gets back."""


async def look(services: Services, visit: Visit, secret: LinkSecret | None) -> Mine | DeadLink:
    """Whose account the link would secure. Spends nothing."""
    link = await _found(services, visit, secret, just_used=False)
    if isinstance(link, DeadLink) or secret is None:
        return link if isinstance(link, DeadLink) else DeadLink()
    return Mine(username=link.username, address=await addresses.left_by(services.database, secret.digest()))


async def secure(services: Services, visit: Visit, secret: LinkSecret | None) -> DeadLink | None:
    """End all sessions, grants and known browsers, and have the password changed: None where that is so now."""
    link = await _found(services, visit, secret, just_used=True)
    if isinstance(link, DeadLink) or secret is None:
        return link if isinstance(link, DeadLink) else DeadLink()
    async with services.database.transaction() as transaction:
        spent = await links.spend_mailed(transaction, secret.digest(), visit.at)
        if spent is not None:
            user, happened_at = spent
            factors = await bound_factors.distrust(transaction, user, happened_at, visit.at)
            await passwords.demand_change(transaction, user)
            ended = await endings.end_everything(transaction, user, "account_secured", visit.at)
            await endings.forget_browsers(transaction, user)
            happened: list[Event] = [AccountSecured(sessions=ended.sessions, grants=ended.grants, factors=factors)]
            if (address := await _restored(transaction, secret, user, visit)) is not None:
                happened.append(AddressRestored(email=address))
            await events.record(transaction, _about(services, visit, link.whose, *happened))
    return None


async def _restored(transaction: Executor, secret: LinkSecret, user: UserId, visit: Visit) -> str | None:
    """The address before, where the mail told that it was left: else whoever took it could have the password reset."""
    address = await addresses.left_by(transaction, secret.digest())
    if address is not None and not await addresses.move(transaction, user, address, visit.at):
        await addresses.distrust(transaction, user, visit.at)  # it signs somebody else in since
        return None
    return address


async def _found(services: Services, visit: Visit, secret: LinkSecret | None, *, just_used: bool) -> Link | DeadLink:
    link = await links.look_mailed(services.database, secret.digest(), visit.at) if secret else None
    if link is not None and (link.refusal is None or (just_used and link.used_since(visit.at - REPEATED))):
        return link
    refused = LinkRefused(reason=link.refusal if link and link.refusal else "unknown")
    return await dead(services, visit, _about(services, visit, link.whose if link else None, refused))


def _about(services: Services, visit: Visit, whose: Whose | None, *happened: Event) -> EncodedEvents:
    """Nobody is known to have done it: a link proves nothing."""
    user, salt = (whose.user, whose.audit_salt) if whose else (None, None)
    actor = Actor(kind="anonymous")
    return [
        sealed(services, SecurityEvent(event=event, at=visit.at, actor=actor, origin=visit.origin, user=user), salt)
        for event in happened
    ]
