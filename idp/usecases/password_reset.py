"""A forgotten password: a link mailed to the account's own address, and the new password that it is good for.

The link signs nobody in and touches no second factor (ASVS V6.4.3): afterwards the person signs in as always.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.audit.event import Event, SecurityEvent
from idp.audit.links import LinkRefused, PasswordReset, PasswordResetAsked
from idp.authenticators.methods import Counter
from idp.authenticators.throttling import ASKED_BY_SOURCE, ASKED_OF_ACCOUNT, source_key
from idp.directory.invalid import InvalidValue
from idp.directory.text import folded
from idp.directory.user import login_name
from idp.keystore.service_keys import name_digest
from idp.notices.mails import AnyMail, ForgottenPassword
from idp.storage import endings, events, links, passwords
from idp.storage.events import EncodedEvents
from idp.storage.links import Asked, Asker, Link, Whose
from idp.usecases import managed_passwords
from idp.usecases.mailing import mails_of
from idp.usecases.managed_passwords import HashedPassword
from idp.usecases.recording import sealed
from idp.usecases.refused_links import DeadLink, dead
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.actors import Actor
from idp.values.ids import InteractionId
from idp.values.secrets import LinkSecret, Password

LINK_LIVES = timedelta(minutes=30)
LINK = "/reset-password"
"""Where a link leads to."""
REPEATED = timedelta(seconds=60)
"""A second click on «Save» is no error."""
NOBODY = ""
"""The key of texts that can be no login name; nobody has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTooOften:
    """From this source; until then it is not looked at."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLink:
    """Whose password it is good for, and how long the new one must be."""

    username: str
    minimum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordIsNew:
    """It was chosen, now or by a click before, and everything that rested on the old one ended."""


async def ask(services: Services, visit: Visit, typed: str, url: str) -> AskedTooOften | None:
    """Mail a link to whoever has that name or address; the same answer and the same work if nobody has (V6.3.8).

    `url` is where it leads to, without its secret.
    """
    digest = name_digest(services.service_keys, folded(typed))
    asker = Asker(source=source_key(visit.origin.address), name=_key(typed), name_digest=digest)
    asked = await links.ask(services.database, asker, visit.at)
    if asked.of_source > ASKED_BY_SOURCE:
        return AskedTooOften(until=asked.window_ends)
    secret, until = LinkSecret.generate(services.entropy), visit.at + LINK_LIVES
    mail = ForgottenPassword(link=f"{url}{'&' if '?' in url else '?'}token={secret.expose()}", until=until)
    user = asked.user if asked.of_account <= ASKED_OF_ACCOUNT else None
    happened = _asked(services, visit, asked, typed, mail)
    await links.make(
        services.database, links.NewLink(digest=secret.digest(), user=user, until=until), happened, visit.at
    )
    return None


async def look(services: Services, visit: Visit, secret: LinkSecret | None) -> LiveLink | DeadLink:
    """What the link would do; as often as somebody, or a scanner of mails, likes."""
    link = await _found(services, visit, secret)
    if isinstance(link, DeadLink):
        return link
    minimum = await managed_passwords.minimum(services, link.whose.user, visit.at)
    return LiveLink(username=link.username, minimum=minimum)


async def choose(
    services: Services, visit: Visit, secret: LinkSecret | None, new: Password
) -> PasswordIsNew | DeadLink:
    """Set the new password, once. Raises Refused with the rule's sentence, which spends nothing, and Busy."""
    link = await _found(services, visit, secret, just_used=True)
    if isinstance(link, DeadLink) or secret is None:
        return link if isinstance(link, DeadLink) else DeadLink()
    if link.refusal is not None:
        return PasswordIsNew()
    await managed_passwords.refuse_the_leaked_one(services, link.whose.user, new)
    hashed = await managed_passwords.judged(services, link.username, new, visit.at)
    if await _stored(services, visit, link, secret, hashed):
        return PasswordIsNew()
    meanwhile = await _found(services, visit, secret, just_used=True)  # by a second click, or somebody else's
    return meanwhile if isinstance(meanwhile, DeadLink) else PasswordIsNew()


async def waiting(services: Services, visit: Visit, sign_in: InteractionId | None) -> bool:
    """Whether that sign-in waits in this browser, so that it can be gone on with."""
    if sign_in is None or visit.browser is None:
        return False
    return await links.waits_here(services.database, sign_in, visit.browser.digest(), visit.at)


async def _stored(services: Services, visit: Visit, link: Link, secret: LinkSecret, hashed: HashedPassword) -> bool:
    """All of it, or nothing and False where somebody was faster with the same link."""
    async with services.database.transaction() as transaction:
        user = await links.spend(transaction, secret.digest(), visit.at)
        if user is None:
            return False
        await passwords.put(
            transaction,
            user,
            hashed.hash,
            visit.at,
            long_enough_alone=hashed.long_enough_alone,
            change_demanded=None,
        )
        await endings.end_everything(transaction, user, "password_changed", visit.at)
        await endings.forget_browsers(transaction, user)
        await endings.unlock(transaction, user, [Counter.PASSWORD])
        await events.record(transaction, _about(services, visit, link.whose, PasswordReset()))
    return True


async def _found(
    services: Services, visit: Visit, secret: LinkSecret | None, *, just_used: bool = False
) -> Link | DeadLink:
    """The link, if it works; with `just_used` also one that was used a moment ago."""
    link = await links.look(services.database, secret.digest(), visit.at) if secret else None
    if link is not None and (link.refusal is None or (just_used and link.used_since(visit.at - REPEATED))):
        return link
    refused = LinkRefused(reason=link.refusal if link and link.refusal else "unknown")
    return await dead(services, visit, _about(services, visit, link.whose if link else None, refused))


def _key(typed: str) -> str:
    try:
        return login_name(typed)
    except InvalidValue:
        return NOBODY


def _asked(services: Services, visit: Visit, asked: Asked, typed: str, mail: ForgottenPassword) -> EncodedEvents:
    if asked.user is None or asked.audit_salt is None:
        return [sealed(services, _envelope(visit, PasswordResetAsked(outcome="nobody", name=typed)))]
    whose = Whose(user=asked.user, audit_salt=asked.audit_salt)
    if asked.of_account > ASKED_OF_ACCOUNT:
        return _about(services, visit, whose, PasswordResetAsked(outcome="too_often"))
    return _about(services, visit, whose, PasswordResetAsked(outcome="mailed"), mail)


def _about(
    services: Services, visit: Visit, whose: Whose | None, event: Event, mail: AnyMail | None = None
) -> EncodedEvents:
    """One event, with its own mail unless one is given. Nobody is known to have done it: a link proves nothing."""
    envelope = _envelope(visit, event)
    if whose is None:
        return [sealed(services, envelope)]
    (caused,) = mails_of(services, [event])
    about = SecurityEvent(event=event, at=visit.at, actor=envelope.actor, origin=visit.origin, user=whose.user)
    return [sealed(services, about, whose.audit_salt, mail or caused)]


def _envelope(visit: Visit, event: Event) -> SecurityEvent:
    return SecurityEvent(event=event, at=visit.at, actor=Actor(kind="anonymous"), origin=visit.origin)
