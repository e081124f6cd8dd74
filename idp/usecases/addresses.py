"""Another e-mail address, by the person in the portal: asked for with fresh proofs, theirs once its mailbox was read.

Nobody is told whether an address is somebody else's but who reads its mail: asking looks at no account but the
asker's own (ASVS V6.3.8). The link works for the account that asked alone, signed in, and only a button spends it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from idp.audit.event import Event
from idp.audit.links import LinkRefusal, LinkRefused
from idp.audit.profile import AddressChangeAsked, AddressConfirmed, AddressLeft
from idp.authenticators.throttling import ADDRESSES_ASKED
from idp.directory.email import email
from idp.directory.invalid import InvalidValue
from idp.directory.own_profile import EMAIL
from idp.directory.user import login_name
from idp.notices.mails import ConfirmAddress
from idp.storage import addresses, events, people
from idp.storage.addresses import AddressLink
from idp.storage.events import EncodedEvents
from idp.usecases.portal import Present
from idp.usecases.refused_links import dead
from idp.values.secrets import LinkSecret

LINK_LIVES = timedelta(hours=24)
REPEATED = timedelta(seconds=60)
"""A second click on the button is no error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAsked:
    """Nothing was sent, and why; `until`: for how long nothing will be."""

    reason: Literal["unusable", "same", "too_often"]
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A link that does nothing, or no longer."""

    reason: LinkRefusal
    until: datetime | None
    """Where too many were opened from there: when it may be tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The address is the person's, by this click or by one just before."""


class _Taken(Exception):
    """The address signs somebody else in; rolls everything back."""


def managed(present: Present) -> bool:
    """Whether only an admin changes addresses."""
    return EMAIL not in present.scene.configuration.values.self_service_fields


def can_change(present: Present) -> bool:
    """Whether people change theirs themselves: they may, and mail can be sent."""
    return present.scene.services.mailer is not None and not managed(present)


async def waiting(present: Present) -> AddressLink | None:
    """The address that a link is out for."""
    return await addresses.waiting(present.scene.services.database, present.account.user, present.at)


async def ask(present: Present, typed: str, url: str) -> NotAsked | None:
    """Mail a link to that address, whoever has it; None where that was done. `url`: the link without its secret."""
    account, services = present.account, present.scene.services
    person = await people.get(services.database, account.user)
    try:
        address = email(typed)
        name = login_name(address)
    except InvalidValue:
        return NotAsked(reason="unusable")
    if person.email_verified and person.email and name == login_name(person.email):
        return NotAsked(reason="same")
    counted = await addresses.count(services.database, account.user, present.at)
    if counted.in_window > ADDRESSES_ASKED:
        await _record(present, AddressChangeAsked(outcome="too_often", email=address))
        return NotAsked(reason="too_often", until=counted.window_ends)
    secret, until = LinkSecret.generate(services.entropy), present.at + LINK_LIVES
    mail = ConfirmAddress(to=address, username=account.username, link=f"{url}?token={secret.expose()}", until=until)
    link = addresses.NewLink(digest=secret.digest(), user=account.user, address=address, until=until)
    asked = present.scene.told(AddressChangeAsked(outcome="mailed", email=address), mail, present.session.id)
    await addresses.make(services.database, link, asked, present.at)
    return None


async def look(present: Present, secret: LinkSecret | None) -> AddressLink | Refused:
    """What the link would do; as often as somebody likes."""
    link = await _found(present, secret)
    reason = _refusal(present, link)
    if link is None or reason is not None:
        return await _refused(present, reason or "unknown")
    return link


async def confirm(present: Present, secret: LinkSecret | None) -> Confirmed | Refused:
    """Make the address the person's, once."""
    link = await _found(present, secret)
    reason = _refusal(present, link)
    if link is None or secret is None:
        return await _refused(present, "unknown")
    if _just_used(present, link):
        return Confirmed()
    if reason is not None:
        return await _refused(present, reason)
    try:
        return await _moved(present, secret)
    except _Taken:
        return await _refused(present, "address_taken")


async def _moved(present: Present, secret: LinkSecret) -> Confirmed | Refused:
    services, user = present.scene.services, present.account.user
    async with services.database.transaction() as transaction:
        spent = await addresses.spend(transaction, secret.digest(), user, present.at)
        if spent is not None:
            if not await addresses.move(transaction, user, spent.address, present.at):
                raise _Taken
            happened: list[Event] = [AddressConfirmed(email=spent.address)]
            if spent.left is not None and spent.left != spent.address:
                happened.append(AddressLeft(email=spent.left))
            await events.record(transaction, _events(present, *happened))
    if spent is not None:
        return Confirmed()
    meanwhile = await _found(present, secret)  # by a second click
    if _just_used(present, meanwhile):
        return Confirmed()
    return await _refused(present, _refusal(present, meanwhile) or "unknown")


async def _found(present: Present, secret: LinkSecret | None) -> AddressLink | None:
    if secret is None:
        return None
    return await addresses.look(present.scene.services.database, secret.digest(), present.at)


def _refusal(present: Present, link: AddressLink | None) -> LinkRefusal | None:
    if link is None:
        return "unknown"
    if link.user != present.account.user:
        return "foreign"
    return "managed" if managed(present) and link.used_at is None else link.refusal


def _just_used(present: Present, link: AddressLink | None) -> bool:
    if link is None or link.user != present.account.user or link.used_at is None:
        return False
    return link.used_at > present.at - REPEATED


async def _refused(present: Present, reason: LinkRefusal) -> Refused:
    scene = present.scene
    link = await dead(scene.services, scene.visit, _events(present, LinkRefused(reason=reason)))
    return Refused(reason=reason, until=link.until)


async def _record(present: Present, event: Event) -> None:
    await events.record(present.scene.services.database, _events(present, event))


def _events(present: Present, *happened: Event) -> EncodedEvents:
    return present.scene.events(*happened, session=present.session.id)
