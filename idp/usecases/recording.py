"""Security events on their way to storage: what is personal in them is sealed under the person's own key."""

import base64
from datetime import datetime

from idp.audit.event import Event, SecurityEvent
from idp.keystore.audit_sealing import Person, event_place, seal_personal
from idp.notices.mails import AnyMail
from idp.storage import events
from idp.storage.events import EncodedEvent
from idp.storage.grants import Owner
from idp.usecases.mailing import enveloped
from idp.usecases.services import Services
from idp.values.actors import Actor, Origin
from idp.values.ids import ClientId


def sealed(
    services: Services, envelope: SecurityEvent, audit_salt: bytes | None = None, mail: AnyMail | None = None
) -> EncodedEvent:
    """`audit_salt` is that of the envelope's user, and None where it names none that we know.

    A list of these is the parameter of any statement that records. `mail` is what the user is told of it.
    """
    event = envelope.event
    encoded = EncodedEvent(
        at=envelope.at.isoformat(),
        kind=event.kind,
        actor_kind=envelope.actor.kind,
        actor_user=_text(envelope.actor.user),
        user_id=_text(envelope.user),
        client_id=_text(envelope.client or envelope.actor.client),
        session_id=_text(envelope.session),
        interaction_id=_text(envelope.interaction),
        request_id=_text(envelope.origin.request_id if envelope.origin else None),
        details=dict(event.details()),
        personal=_personal(services, envelope, audit_salt),
    )
    if mail is not None and envelope.user is not None:
        encoded["mail"] = enveloped(services, mail, envelope)
    return encoded


async def record_of_nobody(
    services: Services, event: Event, origin: Origin, at: datetime, client: ClientId | None = None
) -> None:
    """Store an event whose actor is not known, and which is about no user: a request that was refused at the door."""
    envelope = SecurityEvent(event=event, at=at, actor=Actor(kind="anonymous"), origin=origin, client=client)
    await events.record(services.database, [sealed(services, envelope)])


def sealed_of_client(
    services: Services, event: Event, client: ClientId, owner: Owner | None, origin: Origin, at: datetime
) -> EncodedEvent:
    """An event that a client brought about, with a token; `owner` is whose grant it was, None for a machine's own."""
    envelope = SecurityEvent(
        event=event,
        at=at,
        actor=Actor(kind="client", client=client),
        origin=origin,
        user=owner.user if owner else None,
    )
    return sealed(services, envelope, owner.audit_salt if owner else None)


def _personal(services: Services, envelope: SecurityEvent, audit_salt: bytes | None) -> str | None:
    fields = envelope.personal()
    if not fields:
        return None
    if (envelope.user is None) != (audit_salt is None):
        raise ValueError("a user and the audit salt of that user belong together")
    person = Person(user=envelope.user, salt=audit_salt) if envelope.user and audit_salt else None
    place = event_place(at=envelope.at, kind=envelope.event.kind, user=envelope.user)
    octets = seal_personal(services.service_keys, person, fields, place, services.entropy).octets
    return base64.b64encode(octets).decode()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
