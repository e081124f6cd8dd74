"""Enrolment of a security key or passkey inside a sign-in: one answer of the browser registers it.

It proves nothing by that: where the sign-in needs a second factor, the key is asked for like any other afterwards.
"""

from idp.audit.keys import KeyRegistered, KeyRegistrationRefused, RegistrationFault
from idp.audit.sign_in import RecoveryCodesMade
from idp.authenticators.key_options import Holder, creation_options
from idp.authenticators.key_response import KeyRefusal
from idp.authenticators.methods import Counter
from idp.authenticators.recovery_code import SET_SIZE
from idp.authenticators.security_key import NewKey, registered
from idp.directory.factor_name import KEY, MOST_FACTORS, PASSKEY, kept
from idp.login.binding import Binding, binding
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import Enrol, Step
from idp.storage import interactions, security_keys
from idp.storage.security_keys import Registration
from idp.usecases.failures import Failure, settle_failure
from idp.usecases.key_ceremony import ceremony_of
from idp.usecases.outcome import Current, Outcome
from idp.usecases.recovery_codes import moment_of, new_codes
from idp.usecases.services import Services
from idp.usecases.sign_in import look
from idp.usecases.visit import Visit
from idp.values.entropy import ordered_uuid
from idp.values.ids import AuthenticatorId, InteractionId


async def asked_to_make(current: Current) -> str:
    """What the page asks the browser: a new key, on no device that has one of this person already."""
    account = current.account
    keys = await security_keys.of_person(current.scene.services.database, account.user, suspended=True)
    holder = Holder(user=account.user, name=account.username, shown=account.username)
    return creation_options(ceremony_of(current, "create"), holder, keys)


async def register(services: Services, interaction: InteractionId, visit: Visit, text: str, name: str) -> Outcome:
    """Bind the key that this answer makes, and make recovery codes where `binding` says so. Raises Busy.

    `text` is JSON of the browser, `name` what the person calls the key, if anything. A step that was passed meanwhile
    is simply passed.
    """
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or (due := _for_key(current.step)) is None:
        return current
    bound = binding(current.facts, current.account, due)
    if not text:
        await interactions.note(services.database, interaction, Notice(kind=NoticeKind.KEY_NOT_MADE))
        return current
    if current.account.factors >= MOST_FACTORS:
        await interactions.note(services.database, interaction, Notice(kind=NoticeKind.KEYS_ENOUGH))
        return current
    made = registered(text, ceremony_of(current, "create"))
    if isinstance(made, KeyRefusal):
        return await _refused(current, made)
    if await _bind(current, bound, made, name):
        return await look(services, interaction, visit)
    return await _not_bound(current, made)


async def _bind(current: Current, bound: Binding, made: NewKey, name: str) -> bool:
    scene, at = current.scene, current.scene.visit.at
    key = AuthenticatorId(ordered_uuid(scene.services.entropy, at))
    codes = None if bound.keeps_codes else await new_codes(scene, current.interaction.id)
    registration = Registration(
        id=key,
        key=made,
        name=kept(name) or bound.name or (PASSKEY if made.verified and made.synced else KEY),
        ceremony=current.interaction.ceremony,
    )
    event = KeyRegistered(
        authenticator=key,
        synced=made.synced,
        verifies=made.verified,
        aaguid=str(made.aaguid),
        further=current.account.factors > 0,
    )
    happened = scene.events(event, *([RecoveryCodesMade(count=SET_SIZE)] if codes else []))
    return await security_keys.add(scene.services.database, moment_of(current), registration, codes, happened)


async def _not_bound(current: Current, made: NewKey) -> Outcome:
    """The facts moved on, or somebody has this key: only then is it refused."""
    scene = current.scene
    outcome = await look(scene.services, current.interaction.id, scene.visit)
    if not isinstance(outcome, Current) or _for_key(outcome.step) is None:
        return outcome
    if await security_keys.known(scene.services.database, made.credential_id):
        return await _refused(outcome, KeyRefusal.ALREADY_REGISTERED)
    return outcome


async def _refused(current: Current, refusal: KeyRefusal) -> Outcome:
    known = refusal is KeyRefusal.ALREADY_REGISTERED
    notice = Notice(kind=NoticeKind.KEY_KNOWN if known else NoticeKind.KEY_NOT_ADDED)
    event = KeyRegistrationRefused(reason=_FAULTS[refusal])
    return await settle_failure(current.scene, current, Failure(event=event, notice=notice, method=Counter.KEY))


_FAULTS: dict[KeyRefusal, RegistrationFault] = {
    KeyRefusal.BAD_SHAPE: "bad_shape",
    KeyRefusal.WRONG_CHALLENGE: "wrong_challenge",
    KeyRefusal.WRONG_ORIGIN: "wrong_origin",
    KeyRefusal.WRONG_RELYING_PARTY: "wrong_relying_party",
    KeyRefusal.NOT_PRESENT: "not_present",
    KeyRefusal.ALREADY_REGISTERED: "already_registered",
}
"""What a registration can be refused for."""


def _for_key(step: Step) -> Enrol | None:
    return step if isinstance(step, Enrol) and "key" in step.ways else None
