"""The password step: one try of a name and a password, with the same work whether anybody has that name (V6.3.8)."""

from contextlib import suppress
from dataclasses import dataclass, replace

from idp.audit.sign_in import PasswordProved, PasswordRefusal, PasswordRefused
from idp.authenticators import password
from idp.authenticators.evidence import proof_stored
from idp.authenticators.methods import Counter, Method
from idp.authenticators.throttling import source_key
from idp.directory.invalid import InvalidValue
from idp.directory.text import folded
from idp.directory.user import LONGEST_NAME, login_name
from idp.keystore.service_keys import name_digest
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import SignIn
from idp.storage import attempts, authenticators, interactions, settlements
from idp.storage.attempts import Held, PasswordAttempt, Reserved
from idp.storage.settlements import PasswordSettled, RightPassword, Success
from idp.usecases.failures import Failure, held, settle_failure
from idp.usecases.hashing import Busy
from idp.usecases.managed_passwords import hash_parameters
from idp.usecases.outcome import Current, Outcome
from idp.usecases.scene import AuditSubject
from idp.usecases.services import Services
from idp.usecases.sign_in import look, proceed
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId, UserId
from idp.values.secrets import Password

NOBODY = ""
"""The key of texts that can be no login name; nobody has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The two fields of the page, as they came."""

    username: str
    password: Password

    @property
    def shown(self) -> str:
        """What the page fills in again. A text too long to be anybody's name is not kept for anybody who sends one."""
        return self.username if len(self.username) <= LONGEST_NAME else ""


async def prove_password(services: Services, interaction: InteractionId, visit: Visit, typed: Typed) -> Outcome:
    """Try a password. A step that was passed meanwhile is simply passed.

    Raises Busy, before anything is counted, when too many hashes wait.
    """
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, SignIn):
        return current
    if (missing := _missing(typed)) is not None:
        await interactions.note(services.database, interaction, missing)
        return current
    with services.hashing.slot() as slot:
        attempt = await _reserve(current, typed)
        if isinstance(attempt.state, Held):
            return await _not_tried(current, attempt, attempt.state, typed)
        parameters = hash_parameters(services.settings)
        stored = attempt.hash or password.dummy_hash(parameters)
        right = await slot.run(password.verify, stored, typed.password)
        if attempt.user is None or attempt.hash is None or not right:
            return await _refused(current, attempt, attempt.state, typed)
        outcome = await _proved(current, attempt, attempt.user, stored, typed)
    if password.needs_rehash(stored, parameters):
        await _rehash(services, attempt.user, stored, typed.password)
    if somebody_else(outcome):
        await interactions.note(services.database, interaction, Notice(kind=NoticeKind.OTHER_PERSON))
    return outcome


def somebody_else(outcome: Outcome) -> bool:
    """Whether the password was right, and the app named another person (id_token_hint)."""
    if not isinstance(outcome, Current) or not isinstance(outcome.step, SignIn) or outcome.opened.account is None:
        return False
    return outcome.facts.expected not in {None, outcome.opened.account.subject}


def _missing(typed: Typed) -> Notice | None:
    if not typed.username.strip():
        return Notice(kind=NoticeKind.USERNAME_MISSING)
    if not typed.password.expose():
        return Notice(kind=NoticeKind.PASSWORD_MISSING, username=typed.shown)
    return None


async def _reserve(current: Current, typed: Typed) -> PasswordAttempt:
    """One throttle for all spellings of a name; a name that nobody has is counted under its keyed digest."""
    scene = current.scene
    visit = scene.visit
    digest = name_digest(scene.configuration.service_keys, folded(typed.username))
    known = visit.known.digest() if visit.known else None
    source = source_key(visit.origin.address)
    database, key = scene.services.database, _key(typed.username)
    return await attempts.reserve_password(database, key, digest, known, source, visit.at)


def _key(username: str) -> str:
    try:
        return login_name(username)
    except InvalidValue:
        return NOBODY


async def _not_tried(current: Current, attempt: PasswordAttempt, state: Held, typed: Typed) -> Outcome:
    event = _refusal(attempt, "paused" if state.until else "closed", typed)
    notice = held(state, Counter.PASSWORD, typed.shown)
    failure = Failure(event=event, notice=notice, method=Counter.PASSWORD, state=state)
    return await settle_failure(current.scene.about(_subject(attempt)), current, failure)


async def _refused(current: Current, attempt: PasswordAttempt, state: Reserved, typed: Typed) -> Outcome:
    reason: PasswordRefusal = "wrong" if attempt.hash else "no_password"
    event = _refusal(attempt, reason if attempt.user else "unknown_name", typed)
    notice = Notice(kind=NoticeKind.PASSWORD_WRONG, username=typed.shown)
    failure = Failure(event=event, notice=notice, method=Counter.PASSWORD, state=state)
    return await settle_failure(current.scene.about(_subject(attempt)), current, failure)


def _refusal(attempt: PasswordAttempt, reason: PasswordRefusal, typed: Typed) -> PasswordRefused:
    failures = attempt.state.failures if isinstance(attempt.state, Reserved) else None
    return PasswordRefused(reason=reason, failures=failures, name=None if attempt.user else typed.username)


def _subject(attempt: PasswordAttempt) -> AuditSubject | None:
    if attempt.user is None or attempt.audit_salt is None:
        return None
    return AuditSubject(user=attempt.user, audit_salt=attempt.audit_salt)


async def _proved(current: Current, attempt: PasswordAttempt, user: UserId, stored: str, typed: Typed) -> Outcome:
    scene, interaction = current.scene.about(_subject(attempt)), current.interaction
    at, database = scene.visit.at, scene.services.database
    success = Success(
        interaction=interaction.id,
        user=user,
        proof=proof_stored(Method.PASSWORD, at),
        expires_at=interaction.prolonged(at),
        recorded=scene.events(PasswordProved(known_browser=attempt.known_browser)),
    )
    right = RightPassword(
        stored_hash=stored,
        client=current.client.client_id,
        known_browser=attempt.known_browser,
        known=scene.visit.known.digest() if scene.visit.known else None,
        at=at,
    )
    settled = await settlements.settle_password(database, success, right)
    if settled is None or not settled.proved:
        return await _not_stored(current, attempt, settled, typed)
    opened = replace(
        current.opened,
        interaction=interaction.with_proof(user, success.proof, success.expires_at),
        account=settled.account,
        consented=settled.consented,
    )
    return await proceed(scene, opened)


async def _not_stored(
    current: Current, attempt: PasswordAttempt, settled: PasswordSettled | None, typed: Typed
) -> Outcome:
    """The right password of a person who is switched off, or one that was changed while it was checked.

    Or a second click, whose first one has finished the sign-in: no failure at all.
    """
    again = await look(current.scene.services, current.interaction.id, current.scene.visit)
    if not isinstance(again, Current) or not isinstance(again.step, SignIn):
        return again
    off = settled is not None and not settled.account.active
    kind = NoticeKind.ACCOUNT_OFF if off else NoticeKind.PASSWORD_WRONG
    event = _refusal(attempt, "user_disabled" if off else "changed_meanwhile", typed)
    failure = Failure(
        event=event, notice=Notice(kind=kind, username=typed.shown), method=Counter.PASSWORD, state=attempt.state
    )
    return await settle_failure(current.scene.about(_subject(attempt)), current, failure)


async def _rehash(services: Services, user: UserId, stored: str, right: Password) -> None:
    """The next costs for the same password; a full pool leaves it for the next sign-in."""
    salt = services.entropy(password.SALT_OCTETS)
    with suppress(Busy):
        new = await services.hashing.run(password.hash_password, right, hash_parameters(services.settings), salt)
        await authenticators.rehash(services.database, user, stored, new)
