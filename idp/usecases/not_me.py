"""«This was not me»: from a live session, whoever else may be in the account is put out, and the password is changed.

Asked for with fresh proofs at the account's own level: a thief in a forgotten browser cannot use it against its person.
"""

from idp.audit.reported import NotMeReported
from idp.storage import bound_factors, endings, events, own_events, passwords
from idp.storage.endings import Kept
from idp.usecases.activity import Happened, told_of
from idp.usecases.portal import Present
from idp.words.activity import KINDS

_LONGEST = 18
"""Digits of any id that the database can have."""


async def doubted(present: Present, event: str) -> Happened | None:
    """The event that was named, where it is one of this person's that they are told of."""
    services = present.scene.services
    if not event.isascii() or not event.isdecimal() or len(event) > _LONGEST:
        return None
    found = await own_events.one(services.database, present.account.user, KINDS, int(event))
    return None if found is None else await told_of(present, found)


async def report(present: Present, event: str) -> None:
    """End all sessions but this one, all grants, known browsers and sign-ins under way; demand a new password.

    Two-factor stays: without it the account would be open to whoever knows the password. Only what was set up by what
    is named is suspended, or whoever did that would come back by it.
    """
    scene, user, at = present.scene, present.account.user, present.at
    named = await doubted(present, event)
    kept = Kept(interaction=None, session=present.session.id)
    async with scene.services.database.transaction() as transaction:
        await endings.move_on(transaction, user)
        await passwords.demand_change(transaction, user)
        factors = await bound_factors.distrust(transaction, user, named.at, at) if named else 0
        ended = await endings.end_everything_else(transaction, user, kept, "reported", at)
        happened = NotMeReported(
            reported=named.kind if named else None,
            reported_at=named.at.isoformat() if named else None,
            sessions=ended.sessions,
            grants=ended.grants,
            factors=factors,
        )
        await events.record(transaction, scene.events(happened, session=present.session.id))
