"""The step before a first second factor where a pass is asked for: one try of a pass. Reserve, check, settle.

A right one is kept as an answer of the sign-in; it is spent only with the factor that it lets in.
"""

from idp.audit.passes import EnrolmentPassRefused, EnrolmentPassShown, PassRefusal
from idp.authenticators.enrolment_pass import digest_of, parse
from idp.authenticators.methods import Counter
from idp.authenticators.throttling import source_key
from idp.authenticators.typed import Empty, WrongShape
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import ShowEnrolmentPass
from idp.storage import attempts, enrolment_passes, interactions
from idp.storage.attempts import Held, Reserved
from idp.storage.enrolment_passes import Shown, Verdict
from idp.usecases.failures import Failure, held, settle_failure
from idp.usecases.outcome import Current, Outcome
from idp.usecases.services import Services
from idp.usecases.sign_in import look
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId
from idp.values.secrets import EnrolmentPass

COUNTER = Counter.ENROLMENT_PASS

SHAPES = {Empty: NoticeKind.PASS_MISSING, WrongShape: NoticeKind.PASS_SHAPE}
"""What is said of an input that can be no pass; it counts as no attempt."""


async def show_pass(services: Services, interaction: InteractionId, visit: Visit, text: str) -> Outcome:
    """Try a pass. A step that was passed meanwhile is simply passed."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, ShowEnrolmentPass):
        return current
    given = parse(text)
    if not isinstance(given, EnrolmentPass):
        await interactions.note(services.database, interaction, Notice(kind=SHAPES[type(given)]))
        return current
    source = source_key(visit.origin.address)
    state = await attempts.reserve(services.database, current.account.user, COUNTER, source, visit.at)
    if isinstance(state, Held):
        return await _refused(current, "paused" if state.until else "disabled", state)
    shown = Shown(
        interaction=interaction,
        user=current.account.user,
        digest=digest_of(given),
        at=visit.at,
        expires_at=current.interaction.prolonged(visit.at),
    )
    verdict = await enrolment_passes.show(services.database, shown, current.scene.events(EnrolmentPassShown()))
    if not verdict.right:
        return await _refused(current, _reason(verdict), state)
    return await look(services, interaction, visit)


def _reason(verdict: Verdict) -> PassRefusal:
    if verdict.foreign:
        return "foreign"
    return "expired" if verdict.expired else "wrong"


async def _refused(current: Current, reason: PassRefusal, state: Reserved | Held) -> Outcome:
    """Another person's is wrong here, and the page says no more of it."""
    failures = state.failures if isinstance(state, Reserved) else 0
    kind = NoticeKind.PASS_EXPIRED if reason == "expired" else NoticeKind.PASS_WRONG
    notice = held(state, COUNTER) if isinstance(state, Held) else Notice(kind=kind, failures=failures)
    event = EnrolmentPassRefused(reason=reason, failures=failures or None)
    failure = Failure(event=event, notice=notice, method=COUNTER, state=state)
    return await settle_failure(current.scene, current, failure)
