"""Who does what, where, in one request of a sign-in: the frame in which its security events are written."""

from dataclasses import dataclass, replace
from typing import Self

from idp.audit.event import Event, SecurityEvent
from idp.notices.mails import AnyMail
from idp.policy.account import Account
from idp.storage.configuration import Configuration
from idp.storage.events import EncodedEvent, EncodedEvents
from idp.usecases.mailing import mails_of
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.actors import Actor
from idp.values.ids import ClientId, InteractionId, SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSubject:
    """Whom events are about: the user and the salt that their personal fields are sealed with."""

    user: UserId
    audit_salt: bytes

    @classmethod
    def of(cls, account: Account | None) -> Self | None:
        """The person of an account, None for nobody."""
        return None if account is None else cls(user=account.user, audit_salt=account.audit_salt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One request of one browser about one client's authorization request."""

    services: Services
    configuration: Configuration
    visit: Visit
    client: ClientId
    interaction: InteractionId | None = None
    subject: AuditSubject | None = None

    def about(self, subject: AuditSubject | None) -> "Scene":
        """The same scene, about that person."""
        return replace(self, subject=subject)

    def events(self, *happened: Event, session: SessionId | None = None) -> EncodedEvents:
        """The events, sealed, as a parameter for the statement that records them."""
        mails = mails_of(self.services, happened)
        return [self._sealed(event, session, mail) for event, mail in zip(happened, mails, strict=True)]

    def told(self, event: Event, mail: AnyMail, session: SessionId) -> EncodedEvents:
        """The same for one event that is told by a mail of its own."""
        return [self._sealed(event, session, mail)]

    def _sealed(self, event: Event, session: SessionId | None, mail: AnyMail | None) -> EncodedEvent:
        subject = self.subject
        actor = Actor(kind="user", user=subject.user) if subject else Actor(kind="anonymous")
        envelope = SecurityEvent(
            event=event,
            at=self.visit.at,
            actor=actor,
            origin=self.visit.origin,
            user=subject.user if subject else None,
            client=self.client,
            session=session,
            interaction=self.interaction,
        )
        return sealed(self.services, envelope, subject.audit_salt if subject else None, mail)
