"""The second-factor step: one try of an app code. Recovery codes stand in `recovery`."""

from dataclasses import dataclass
from datetime import datetime

from idp.audit.event import Event
from idp.audit.sign_in import FactorProved, FactorRefusal, FactorRefused
from idp.authenticators import totp
from idp.authenticators.evidence import proof_stored
from idp.authenticators.methods import Method
from idp.authenticators.throttling import source_key
from idp.authenticators.typed import Empty, LooksLikeRecoveryCode, WrongShape
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import ProveFactor
from idp.storage import attempts, interactions, places, settlements
from idp.storage.attempts import Held, Reserved, StoredApp
from idp.storage.settlements import Success
from idp.usecases.failures import Failure, held, settle_failure
from idp.usecases.outcome import Current, Outcome
from idp.usecases.remembered_browsers import Typed, wished
from idp.usecases.scene import Scene
from idp.usecases.services import Services
from idp.usecases.sign_in import advanced, look, proceed
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId
from idp.values.secrets import AppCode, TotpSecret

METHOD = Method.APP_CODE

SHAPES = {
    Empty: NoticeKind.CODE_MISSING,
    WrongShape: NoticeKind.CODE_SHAPE,
    LooksLikeRecoveryCode: NoticeKind.CODE_IS_RECOVERY_CODE,
}
"""What is said of an input that can be no app code; it counts as no attempt."""


_KINDS = {
    (Method.APP_CODE, False): NoticeKind.CODE_WRONG,
    (Method.APP_CODE, True): NoticeKind.CODE_USED,
    (Method.RECOVERY_CODE, False): NoticeKind.RECOVERY_CODE_WRONG,
    (Method.RECOVERY_CODE, True): NoticeKind.RECOVERY_CODE_USED,
}


async def prove_app_code(services: Services, interaction: InteractionId, visit: Visit, typed: Typed) -> Outcome:
    """Try an app code. A step that was passed meanwhile is simply passed."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, ProveFactor) or not current.step.app:
        return current
    digits = current.account.code_digits
    code = totp.parse(typed.text, *digits)
    if not isinstance(code, AppCode):
        await interactions.note(services.database, interaction, Notice(kind=SHAPES[type(code)], digits=digits))
        return current
    source = source_key(visit.origin.address)
    attempt = await attempts.reserve_factor(services.database, current.account.user, METHOD, source, visit.at)
    if isinstance(attempt.state, Held):
        return await refused(current, METHOD, "paused" if attempt.state.until else "disabled", attempt.state)
    matched = _matched(current.scene, attempt.apps, code)
    if matched is None:
        return await refused(current, METHOD, "wrong", attempt.state)
    return await _proved(current, *matched, attempt.state, remember=typed.remember)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A code that is a right one, and was used before."""

    at: datetime | None = None
    """When, where that is known."""
    period: int = totp.DEFAULT.period
    """Seconds until another appears."""


async def refused(
    current: Current, method: Method, reason: FactorRefusal, state: Reserved | Held, spent: Spent | None = None
) -> Outcome:
    """A code that did not count, of the app or of the recovery set."""
    failures = state.failures if isinstance(state, Reserved) else 0
    kind, before = _KINDS[method, spent is not None], spent or Spent()
    said = Notice(kind=kind, failures=failures, until=before.at, period=before.period)
    notice = held(state, method.counter) if isinstance(state, Held) else said
    event = FactorRefused(method=method, reason=reason, failures=failures or None)
    failure = Failure(event=event, notice=notice, method=method.counter, state=state)
    return await settle_failure(current.scene, current, failure)


async def spent_before(current: Current, method: Method, state: Reserved, spent: Spent) -> Outcome:
    """The code was spent already: by a second click a moment ago, which is no error, or by an earlier sign-in."""
    again = await look(current.scene.services, current.interaction.id, current.scene.visit)
    if isinstance(again, Current) and isinstance(again.step, ProveFactor):
        return await refused(again, method, "replayed" if method is METHOD else "used", state, spent)
    return again


def success(current: Current, method: Method, *recorded: Event) -> Success:
    """What a settled second factor writes into this Interaction."""
    at = current.scene.visit.at
    return Success(
        interaction=current.interaction.id,
        user=current.account.user,
        proof=proof_stored(method, at),
        expires_at=current.interaction.prolonged(at),
        recorded=current.scene.events(*recorded),
    )


def _matched(scene: Scene, apps: tuple[StoredApp, ...], code: AppCode) -> tuple[StoredApp, int] | None:
    """The app and the time step whose code this is; all apps are tried."""
    for app in apps:
        secret = TotpSecret(scene.configuration.sealer.open(app.sealed_secret, places.app_secret(app.id)).decode())
        step = totp.match(secret, code, app.parameters, scene.visit.at)
        if step is not None:
            return app, step
    return None


async def _proved(current: Current, app: StoredApp, step: int, state: Reserved, *, remember: bool) -> Outcome:
    settling = success(current, METHOD, FactorProved(method=METHOD, authenticator=app.id))
    if await settlements.settle_app_code(current.scene.services.database, settling, app.id, step):
        passed = advanced(current, settling)
        return await proceed(current.scene, await wished(current.scene, passed) if remember else passed)
    return await spent_before(current, METHOD, state, Spent(period=app.parameters.period))
