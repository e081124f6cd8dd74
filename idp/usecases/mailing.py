"""Mails: a letter sealed beside the event that causes it, and opened, rendered and handed over when its turn comes."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from idp.audit.event import Event, SecurityEvent
from idp.directory.person import Person
from idp.notices.causes import caused_by
from idp.notices.mails import AddressLeft, AnyMail, Asked, ConfirmAddress, Letter
from idp.notices.rendering import Recipient, rendered
from idp.outbound.smtp import MailFailed, Post
from idp.storage import people, places
from idp.storage.events import EncodedMail
from idp.storage.outbox import SealedMail
from idp.usecases.services import Services
from idp.usecases.telling import NobodyToTell, NotTold, Told
from idp.usecases.zones import clock_of
from idp.values.entropy import ordered_uuid
from idp.values.ids import MailId
from idp.values.secrets import LinkSecret

EPOCH_HOUR = timedelta(hours=1).total_seconds()
SECURE = "/secure-account"
"""Where the link leads to by which somebody says that it was not them."""


def mails_of(services: Services, happened: Sequence[Event]) -> Sequence[AnyMail | None]:
    """The mail that each of these causes; none where there is no mail server."""
    return caused_by(happened) if services.mailer else [None] * len(happened)


def enveloped(services: Services, mail: AnyMail, about: SecurityEvent) -> EncodedMail:
    """The mail of an event, as it is stored with it."""
    origin, made = about.origin, MailId(ordered_uuid(services.entropy, about.at))
    secret = None if isinstance(mail, Asked) else LinkSecret.generate(services.entropy)
    # Where from, and with what, is no stranger's business.
    told = origin if not isinstance(mail, ConfirmAddress) else None
    letter = Letter(
        mail=mail,
        secret=secret.expose() if secret else "",
        at=about.at,
        address=told.address if told else "",
        agent=told.agent if told and told.address else "",
    )
    once = mail.AT_MOST_EVERY is not None
    return EncodedMail(
        id=str(made),
        topic=mail.kind,
        hour=int(about.at.timestamp() // EPOCH_HOUR) if once else None,
        letter=base64.b64encode(services.sealer.seal(letter.stored(), places.letter(made)).octets).decode(),
        link=base64.b64encode(secret.digest().octets).decode() if secret else None,
        address=mail.to if isinstance(mail, ConfirmAddress | AddressLeft) else None,
    )


async def post(services: Services, mail: SealedMail, at: datetime) -> Told | NotTold | NobodyToTell:
    """Try once. The Message-ID is the same each time, so that a mailbox that has it already can tell."""
    person = await people.find(services.database, mail.user)
    if services.mailer is None or person is None:
        return NobodyToTell()
    sealer = (await services.configuration()).sealer
    letter = Letter.restored(sealer.open(mail.letter, places.letter(mail.id)))
    if letter.pointless(at):
        return NobodyToTell()
    made = rendered(letter, _recipient(services, person, letter))
    ready = Post(
        id=mail.id,
        at=letter.at,
        to=mail.address,
        subject=made.subject,
        text=made.text,
        html=made.html,
        language=made.language,
    )
    try:
        await services.mailer.send(ready)
    except MailFailed as failure:
        return NotTold(fault=failure.fault.value, for_good=failure.for_good)
    return Told()


def _recipient(services: Services, person: Person, letter: Letter) -> Recipient:
    values = services.cache.latest.values
    link = services.settings.issuer.url(f"{SECURE}?token={letter.secret}") if letter.secret else ""
    name = person.profile.get("given_name") or person.profile.get("name") or person.preferred_username
    to = Recipient(
        name=name,
        brand=values.brand_name,
        contact=values.support_contact or "",
        secure_url=link,
        zone=clock_of(person.profile.get("zoneinfo")),
        locale=person.profile.get("locale"),
    )
    # Not a name that somebody chose in order to have it mailed to a stranger, nor where that somebody lives.
    return replace(to, name=person.preferred_username, zone=UTC) if isinstance(letter.mail, ConfirmAddress) else to
