"""People change their own password in the portal: the current one is a try like any other, the new one is judged."""

from dataclasses import dataclass

from idp.audit.sign_in import PasswordChanged, PasswordRefused
from idp.authenticators import password
from idp.authenticators.methods import Counter, Level
from idp.authenticators.password import MINIMUM, MINIMUM_ALONE, PasswordRule, context_words, long_enough_alone
from idp.authenticators.throttling import source_key
from idp.directory.user import login_name
from idp.keystore.service_keys import name_digest
from idp.login.notice import Notice, NoticeKind
from idp.policy.requirement import requirement
from idp.storage import attempts, authenticators, clients, endings
from idp.storage.attempts import Held, PasswordAttempt
from idp.storage.authenticators import Moment
from idp.storage.endings import Kept
from idp.usecases.errors import Unavailable
from idp.usecases.failures import Failure, held, record_failure
from idp.usecases.hashing import HashSlot
from idp.usecases.managed_passwords import hash_parameters
from idp.usecases.new_password import SAME
from idp.usecases.portal import Present
from idp.values.ids import ClientId
from idp.values.secrets import Password


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form, as it came."""

    current: Password
    new: Password
    sign_out_others: bool


def minimum(present: Present) -> int:
    """Characters that the new password must have: more where it may stand alone."""
    rules, account = present.scene.configuration.rules, present.account
    needed = requirement(rules, account, ClientId(""), asked=None, fresh_since=None, at=present.at)
    return MINIMUM_ALONE if needed.level < Level.TWO else MINIMUM


async def change_own_password(present: Present, typed: Typed) -> Notice | None:
    """None where it was changed; else what the page says. Raises Busy, and Unavailable where the person changed.

    Grants and known browsers end with the old password, and other sessions where the person wants that.
    """
    services = present.scene.services
    if not typed.current.expose():
        return Notice(kind=NoticeKind.PASSWORD_MISSING)
    with services.hashing.slot() as slot:
        if (reason := await _refusal(present, typed.new, slot)) is not None:
            return _refused(present, reason)
        attempt = await _reserve(present)
        if isinstance(attempt.state, Held):
            return await _failed(present, attempt, held(attempt.state, Counter.PASSWORD))
        if attempt.hash is None or not await slot.run(password.verify, attempt.hash, typed.current):
            return await _failed(present, attempt, Notice(kind=NoticeKind.CURRENT_PASSWORD_WRONG))
        if typed.new == typed.current:
            await endings.unlock(services.database, present.account.user, [Counter.PASSWORD])
            return _refused(present, SAME)
        salt = services.entropy(password.SALT_OCTETS)
        hashed = await slot.run(password.hash_password, typed.new, hash_parameters(services.settings), salt)
    await _replace(present, typed, hashed)
    return None


def _refused(present: Present, reason: str) -> Notice:
    return Notice(kind=NoticeKind.NEW_PASSWORD_REFUSED, reason=reason, minimum=minimum(present))


async def _refusal(present: Present, new: Password, slot: HashSlot) -> str | None:
    scene, account = present.scene, present.account
    apps = [client.name for client in await clients.listed(scene.services.database)]
    words = context_words(scene.configuration.values.brand_name, account.username, account.email, apps)
    refused = await slot.run(password.refusal, new, PasswordRule(minimum=minimum(present)), words)
    return refused.kind.value if refused else None


async def _reserve(present: Present) -> PasswordAttempt:
    scene, username = present.scene, present.account.username
    known = scene.visit.known.digest() if scene.visit.known else None
    digest = name_digest(scene.configuration.service_keys, username)
    source = source_key(scene.visit.origin.address)
    return await attempts.reserve_password(
        scene.services.database, login_name(username), digest, known, source, present.at
    )


async def _failed(present: Present, attempt: PasswordAttempt, notice: Notice) -> Notice:
    match attempt.state:
        case Held(until=until):
            event = PasswordRefused(reason="paused" if until else "closed")
        case counted:
            event = PasswordRefused(reason="wrong", failures=counted.failures)
    failure = Failure(event=event, notice=notice, method=Counter.PASSWORD, state=attempt.state)
    return await record_failure(present.scene, failure)


async def _replace(present: Present, typed: Typed, hashed: str) -> None:
    """Ends what rests on the old password in statements of their own, so that what was stored meanwhile is seen."""
    scene, account, at = present.scene, present.account, present.at
    moment = Moment(interaction=None, user=account.user, version=account.version, at=at, expires_at=at)
    changed = scene.events(PasswordChanged(reason="wanted"), session=present.session.id)
    alone = long_enough_alone(typed.new)
    async with scene.services.database.transaction() as transaction:
        if not await authenticators.replace_password(transaction, moment, hashed, changed, long_enough_alone=alone):
            raise Unavailable
        await endings.unlock(transaction, account.user, [Counter.PASSWORD])
        if typed.sign_out_others:
            kept = Kept(interaction=None, session=present.session.id)
            await endings.end_everything_else(transaction, account.user, kept, "password_changed", at)
        else:
            await endings.end_grants(transaction, account.user, "password_changed", at)
            await endings.forget_browsers(transaction, account.user)
