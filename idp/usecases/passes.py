"""Enrolment passes, made by whoever helps people and knows that it is really them: printed once, or mailed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.audit.passes import EnrolmentPassMade
from idp.authenticators.enrolment_pass import LIVES, LONGEST, digest_of, display, new_pass
from idp.authenticators.methods import Counter
from idp.directory.permissions import Permission
from idp.notices.mails import EnrolmentPassMailed
from idp.storage import accounts, endings, enrolment_passes, people
from idp.usecases.management import Refused, found_user
from idp.usecases.unit import Unit
from idp.values.ids import UserId

__all__ = ["LIVES", "Given", "Handover", "give", "make"]

PERMISSION = Permission.USERS_WRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """How a pass reaches its person, and how long it lives."""

    mail: bool = False
    """To the address that somebody vouched for; else it is printed once."""
    lives: timedelta = LIVES


PRINTED = Handover()


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A pass that was made."""

    text: str | None = field(repr=False)
    """For whoever made it, to hand over; None where it went by mail."""
    until: datetime


async def make(unit: Unit, name: str, handover: Handover) -> Given:
    """Make one, in place of one before. Raises NotFound; Refused for who has a factor, or cannot be mailed to."""
    user = await found_user(unit.connection, name)
    account = await accounts.find(unit.connection, user.id)
    if account is None or account.enrolled:
        raise Refused(f"{user.username} has a second factor. If it is lost, reset it: that gives a pass as well.")
    return await give(unit, user.id, handover)


async def give(unit: Unit, user: UserId, handover: Handover) -> Given:
    """The same for somebody known, whatever they have. Raises Refused."""
    await _check(unit, user, handover)
    made, until = new_pass(unit.services.entropy), unit.at + handover.lives
    await enrolment_passes.put(unit.connection, user, digest_of(made), unit.at, until)
    await endings.unlock(unit.connection, user, [Counter.ENROLMENT_PASS])
    text = display(made)
    mail = EnrolmentPassMailed(enrolment_pass=text, until=until) if handover.mail else None
    await unit.record(EnrolmentPassMade(until=until, mailed=handover.mail), user=user, mail=mail)
    return Given(text=None if handover.mail else text, until=until)


async def _check(unit: Unit, user: UserId, handover: Handover) -> None:
    longest = LIVES if handover.mail else LONGEST
    if not timedelta() < handover.lives <= longest:
        hours = int(longest.total_seconds() // 3600)
        raise Refused(f"A pass that is {'mailed' if handover.mail else 'printed'} lives {hours} hours at most.")
    if not handover.mail:
        return
    person = await people.find(unit.connection, user)
    if person is None or not person.email_verified:
        raise Refused("There is no address that somebody vouched for, so no pass can be mailed.")
    if unit.services.mailer is None:
        raise Refused("No mail server is configured, so no pass can be mailed.")
