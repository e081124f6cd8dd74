"""The second-factor step with a security key or passkey. Signing in by a passkey alone stands in `passkey`."""

from dataclasses import replace

from idp.audit.event import Event
from idp.audit.sign_in import FactorProved, FactorRefused, KeyFault
from idp.authenticators.evidence import proof_stored
from idp.authenticators.methods import Counter
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import ProveFactor
from idp.storage import key_attempts, security_keys
from idp.storage.attempts import Held, Reserved
from idp.storage.key_attempts import RightAnswer
from idp.storage.settlements import Success
from idp.usecases.failures import Failure, held, settle_failure
from idp.usecases.key_ceremony import key_options
from idp.usecases.key_try import KeyTry, RightKey, nothing_shown, tried
from idp.usecases.outcome import Current, Outcome
from idp.usecases.remembered_browsers import Typed, wished
from idp.usecases.services import Services
from idp.usecases.sign_in import look, proceed
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId

COUNTED = Counter.KEY

_KINDS: dict[KeyFault, NoticeKind] = {
    "suspended": NoticeKind.KEY_SUSPENDED,
    "answered_meanwhile": NoticeKind.KEY_STALE,
    "wrong_challenge": NoticeKind.KEY_STALE,
    "counter_went_back": NoticeKind.KEY_COPIED,
}


async def prove_key(services: Services, interaction: InteractionId, visit: Visit, typed: Typed) -> Outcome:
    """Try a key. A step that was passed meanwhile is simply passed."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, ProveFactor) or not current.step.key:
        return current
    if await nothing_shown(current, typed.text):
        return current
    made = await tried(current, typed.text, current.account.user)
    if not isinstance(made.verdict, RightKey):
        return await _refused(current, made, made.verdict)
    recorded = FactorProved(method=made.verdict.assertion.method, authenticator=made.verdict.shown.id)
    passed = await settled(current, made, made.verdict, recorded, remember=typed.remember)
    return passed or await _refused(current, made, "answered_meanwhile")


async def asked_of_key(current: Current) -> str:
    """What the page asks the browser: for one of the person's keys, which are named to it."""
    database = current.scene.services.database
    return key_options(current, await security_keys.of_person(database, current.account.user, suspended=False))


async def settled(
    current: Current, made: KeyTry, right: RightKey, recorded: Event, *, remember: bool = False
) -> Outcome | None:
    """On from a right answer; None where something was answered, or the key used, while it was looked at."""
    scene, interaction, user = made.scene, current.interaction, right.shown.key.user
    success = Success(
        interaction=interaction.id,
        user=user,
        proof=proof_stored(right.assertion.method, scene.visit.at),
        expires_at=interaction.prolonged(scene.visit.at),
        recorded=scene.events(recorded),
    )
    answer = RightAnswer(
        key=right.shown.id, assertion=right.assertion, ceremony=interaction.ceremony, counted=made.counted
    )
    client = current.client.client_id
    stored = await key_attempts.settle(scene.services.database, success, answer, client, scene.visit.at)
    if stored is None:
        return None
    proved = interaction.with_proof(user, success.proof, success.expires_at)
    opened = replace(current.opened, interaction=proved, account=stored.account, consented=stored.consented)
    return await proceed(scene, await wished(scene, opened) if remember else opened)


async def _refused(current: Current, made: KeyTry, fault: KeyFault) -> Outcome:
    """Not a failure where a second click was answered late: its first one has passed the step."""
    if fault == "answered_meanwhile":
        again = await look(current.scene.services, current.interaction.id, current.scene.visit)
        if not isinstance(again, Current) or not isinstance(again.step, ProveFactor):
            return again
        current = again
    event = FactorRefused(method=COUNTED, reason=fault, failures=failures(made))
    notice = said(made, _KINDS.get(fault, NoticeKind.KEY_REFUSED))
    failure = Failure(event=event, notice=notice, method=COUNTED, state=made.state)
    return await settle_failure(current.scene, current, failure)


def failures(made: KeyTry) -> int | None:
    """In a row, this one included; None for a try that was not looked at."""
    return made.state.failures if isinstance(made.state, Reserved) else None


def said(made: KeyTry, kind: NoticeKind) -> Notice:
    """What the next page says."""
    if isinstance(made.state, Held):
        return held(made.state, COUNTED)
    return Notice(kind=kind, failures=made.state.failures)
