"""A Unit: the transaction of one change, with who makes it, when, from where, and the record that it leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from idp.audit.event import Event, SecurityEvent
from idp.notices.mails import AnyMail
from idp.storage import events
from idp.storage.database import Executor
from idp.storage.events import EncodedEvent
from idp.usecases.mailing import mails_of
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.values.actors import Actor, Origin
from idp.values.ids import ClientId, SessionId, UserId


class UnrecordedChange(RuntimeError):
    """A use case was about to change something without a security event; the change was rolled back."""


@dataclass(slots=True, kw_only=True)
class Unit:
    """Made by `unit`. Statements go to `connection`."""

    services: Services
    connection: Executor
    actor: Actor
    at: datetime
    origin: Origin | None = None
    _events: list[EncodedEvent] = field(default_factory=list)
    _unchanged: bool = False

    async def record(
        self,
        event: Event,
        *,
        user: UserId | None = None,
        client: ClientId | None = None,
        session: SessionId | None = None,
        mail: AnyMail | None = None,
    ) -> None:
        """Stored when the unit ends. Call it while the user's row is there: its salt seals what is personal.

        `mail` is told in place of what the event causes by itself.
        """
        salt = await events.audit_salt(self.connection, user) if user else None
        envelope = SecurityEvent(
            event=event,
            at=self.at,
            actor=self.actor,
            origin=self.origin,
            user=user if salt else None,
            client=client,
            session=session,
        )
        (caused,) = mails_of(self.services, [event])
        self._events.append(sealed(self.services, envelope, salt, mail or caused))

    def nothing_changed(self) -> None:
        """Say that the unit changed nothing after all, so that there is nothing to record."""
        self._unchanged = True

    async def finish(self) -> None:
        """Store what was recorded. Raises UnrecordedChange."""
        if not self._events and not self._unchanged:
            raise UnrecordedChange("a change needs its security event")
        await events.record(self.connection, self._events)


@asynccontextmanager
async def unit(services: Services, actor: Actor, origin: Origin | None, at: datetime) -> AsyncIterator[Unit]:
    """Commits at the end of the block, rolls back when it raises. This process sees changed configuration at once."""
    async with services.database.transaction() as transaction:
        made = Unit(services=services, connection=transaction, actor=actor, at=at, origin=origin)
        yield made
        await made.finish()
    services.cache.forget()
