"""Passwords that somebody else sets for a person: judged by the same rules as the person's own, then stored."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from idp.audit.directory import PasswordMarkedCompromised, PasswordSet
from idp.authenticators import password
from idp.authenticators.methods import Counter, Level
from idp.authenticators.password import ALONE, BESIDE_A_SECOND_FACTOR, LESS_MEMORY, MORE_MEMORY, HashParameters
from idp.directory.permissions import Permission
from idp.policy.requirement import requirement
from idp.policy.rules import Rules
from idp.settings import Settings
from idp.storage import accounts, authenticators, clients, endings, passwords, people
from idp.storage.endings import Ended
from idp.usecases.management import Refused, found_group, found_user, given_reason
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.ids import ClientId, UserId
from idp.values.secrets import Password
from idp.words import field_errors

PERMISSION = Permission.USERS_WRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedPassword:
    """A judged password, ready to be stored."""

    hash: str = field(repr=False)
    long_enough_alone: bool


def hash_parameters(settings: Settings) -> HashParameters:
    """The costs that the setting names."""
    return MORE_MEMORY if settings.password_hash.startswith("m=47104") else LESS_MEMORY


async def judged_for_new(
    services: Services, text: Password, words: Collection[str], groups: Collection[str] = ()
) -> HashedPassword:
    """A password for somebody about to be made, called by `words`. Raises Refused with the rule's sentence, Busy."""
    rules = (await services.configuration(fresh=True)).rules
    places = [(await found_group(services.database, group)).id for group in groups]
    asked = [rules.server, *(rules.groups.get(place) for place in places)]
    alone = not any(rule and rule.level == Level.TWO for rule in asked)
    return await _judged(services, text, words, alone=alone)


async def judged(services: Services, name: str, text: Password, at: datetime) -> HashedPassword:
    """A password for somebody there already. Raises NotFound, Refused with the rule's sentence, Busy."""
    user = await found_user(services.database, name)
    person = await people.get(services.database, user.id)
    rules = (await services.configuration(fresh=True)).rules
    words = [user.username, *([person.email] if person.email else [])]
    return await _judged(services, text, words, alone=await _stands_alone(services, rules, user.id, at))


async def set_password(unit: Unit, name: str, hashed: HashedPassword, *, keep: bool) -> None:
    """Replace the person's password; ends all sessions, grants and known browsers, and clears the password's pause.

    Unless `keep`, it is to be changed in the next sign-in, since somebody else knows it.
    """
    user = await found_user(unit.connection, name)
    await store(unit, user.id, hashed, keep=keep)
    await endings.end_everything(unit.connection, user.id, "password_changed", unit.at)
    await endings.forget_browsers(unit.connection, user.id)
    await endings.unlock(unit.connection, user.id, [Counter.PASSWORD])
    await unit.record(PasswordSet(change_demanded=not keep), user=user.id)


async def mark_compromised(unit: Unit, name: str, reason: str) -> Ended:
    """Somebody else may know the password: everything it opened ends, and the next sign-in asks for a new one."""
    user, told = await found_user(unit.connection, name), given_reason(reason)
    if not await passwords.demand_change(unit.connection, user.id):
        raise Refused(f"{user.username} has no password.")
    ended = await endings.end_everything(unit.connection, user.id, "password_compromised", unit.at)
    await endings.forget_browsers(unit.connection, user.id)
    await unit.record(PasswordMarkedCompromised(reason=told), user=user.id)
    return ended


async def store(unit: Unit, user: UserId, hashed: HashedPassword, *, keep: bool) -> None:
    """The row alone, for use cases that record more than the password."""
    await passwords.put(
        unit.connection,
        user,
        hashed.hash,
        unit.at,
        long_enough_alone=hashed.long_enough_alone,
        change_demanded=None if keep else "set_by_other",
    )


async def _judged(services: Services, text: Password, words: Collection[str], *, alone: bool) -> HashedPassword:
    prepared = password.prepared(text.expose())
    apps = [client.name for client in await clients.listed(services.database)]
    service = (await services.configuration()).values.brand_name
    context = frozenset[str]().union(*(password.context_words(service, word, apps=apps) for word in words))
    refusal = password.refusal(prepared, ALONE if alone else BESIDE_A_SECOND_FACTOR, context)
    if refusal is not None:
        rule = refusal.rule
        raise Refused(field_errors.new_password_refused(refusal.kind, minimum=rule.minimum, maximum=rule.maximum))
    salt = services.entropy(password.SALT_OCTETS)
    hashed = await services.hashing.run(password.hash_password, prepared, hash_parameters(services.settings), salt)
    return HashedPassword(hash=hashed, long_enough_alone=password.long_enough_alone(prepared))


async def refuse_the_leaked_one(services: Services, user: UserId, new: Password) -> None:
    """A password that others may know is not chosen again. Raises Refused, Busy."""
    account = await accounts.find(services.database, user)
    if account is None or account.password_change_demanded != "compromised":
        return
    old = await authenticators.password_hash(services.database, user)
    if old is not None and await services.hashing.run(password.verify, old, new):
        raise Refused(field_errors.new_password_refused("same", minimum=0, maximum=0))


async def minimum(services: Services, user: UserId, at: datetime) -> int:
    """Characters that a new password of that person must have."""
    rules = (await services.configuration(fresh=True)).rules
    alone = await _stands_alone(services, rules, user, at)
    return (ALONE if alone else BESIDE_A_SECOND_FACTOR).minimum


async def _stands_alone(services: Services, rules: Rules, user: UserId, at: datetime) -> bool:
    """Whether some client would take the password by itself: no client's own rule asks less than all the others do."""
    account = await accounts.find(services.database, user)
    if account is None:
        return False
    needed = requirement(rules, account, ClientId(""), asked=None, fresh_since=None, at=at)
    return needed.level < Level.TWO
