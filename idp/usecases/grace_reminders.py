"""«Set-up needed by …»: who may still put a second factor off is told 14, 3 and 1 days before the end of that."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime

from idp.audit.event import SecurityEvent
from idp.audit.sign_in import EnrolmentDue
from idp.login.purpose import ACCOUNT
from idp.notices.mails import SetUpNeeded
from idp.policy.deadline import Reminded, Reminder, reminder
from idp.policy.rules import Rules
from idp.storage import grace_reminders
from idp.storage.events import EncodedEvent
from idp.storage.grace_reminders import BATCH, Due, Waiting
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.values.actors import Actor

TWO_FACTOR = "/account/two-factor"
"""Where it is set up."""


async def remind(services: Services, at: datetime) -> int:
    """Put a mail into the outbox for everybody whom a reminder is due to; returns how many. Bears being run twice.

    Nobody is told without a mail server, and nothing is kept of it: once there is one, the nearest reminder goes out.
    """
    if services.mailer is None:
        return 0
    rules = (await services.configuration(fresh=True)).rules
    told = 0
    async for batch in _batches(services):
        found = list(_due(rules, batch, at))
        due = [Due(account=who.account, told=Reminded(ends_at=said.ends_at, days=said.days)) for who, said in found]
        events = [_event(services, who, said, at) for who, said in found]
        told += await grace_reminders.remind(services.database, due, rules.version, events, at) if due else 0
    return told


async def _batches(services: Services) -> AsyncIterator[Sequence[Waiting]]:
    """One after the other, each a short statement of its own."""
    batch = await grace_reminders.people(services.database, None)
    while batch:
        yield batch
        last = batch[-1].account.user
        batch = await grace_reminders.people(services.database, last) if len(batch) == BATCH else []


def _due(rules: Rules, batch: Sequence[Waiting], at: datetime) -> Iterator[tuple[Waiting, Reminder]]:
    for who in batch:
        said = reminder(rules, who.account, ACCOUNT, at)
        if said is not None and said.is_news(who.last, at):
            yield who, said


def _event(services: Services, who: Waiting, said: Reminder, at: datetime) -> EncodedEvent:
    mail = SetUpNeeded(link=services.settings.issuer.url(TWO_FACTOR), until=said.ends_at, key=said.key)
    event = EnrolmentDue(until=said.ends_at, days=said.days)
    envelope = SecurityEvent(event=event, at=at, actor=Actor(kind="job"), user=who.account.user)
    return sealed(services, envelope, who.account.audit_salt, mail)
