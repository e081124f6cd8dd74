"""The sign-in step with a passkey alone: it says who it is, and has verified the person. Two factors in one.

Whatever is wrong, the page says the same, so that nobody learns which keys and whose accounts there are.
"""

from idp.audit.sign_in import KeyFault, PasskeyProved, PasskeyRefused
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import SignIn
from idp.storage import interactions
from idp.usecases.failures import Failure, settle_failure
from idp.usecases.key_try import KeyTry, RightKey, nothing_shown, tried
from idp.usecases.outcome import Current, Outcome
from idp.usecases.password import somebody_else
from idp.usecases.security_key import COUNTED, failures, said, settled
from idp.usecases.services import Services
from idp.usecases.sign_in import look
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId


async def sign_in_by_passkey(services: Services, interaction: InteractionId, visit: Visit, text: str) -> Outcome:
    """Try a passkey. A step that was passed meanwhile is simply passed."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, SignIn):
        return current
    if await nothing_shown(current, text):
        return current
    made = await tried(current, text, None)
    if not isinstance(made.verdict, RightKey):
        return await _refused(current, made, made.verdict)
    method, key = made.verdict.assertion.method, made.verdict.shown.id
    passed = await settled(current, made, made.verdict, PasskeyProved(method=method, authenticator=key))
    if passed is None:
        return await _refused(current, made, "answered_meanwhile")
    if somebody_else(passed):
        await interactions.note(services.database, interaction, Notice(kind=NoticeKind.OTHER_PERSON))
    return passed


async def _refused(current: Current, made: KeyTry, fault: KeyFault) -> Outcome:
    """A copied key is told as that: whoever has it has shown a right signature."""
    if fault == "answered_meanwhile":
        again = await look(current.scene.services, current.interaction.id, current.scene.visit)
        if not isinstance(again, Current) or not isinstance(again.step, SignIn):
            return again
        current = again
    copied = fault == "counter_went_back"
    event = PasskeyRefused(reason=fault, failures=failures(made))
    notice = said(made, NoticeKind.KEY_COPIED if copied else NoticeKind.PASSKEY_REFUSED)
    failure = Failure(event=event, notice=notice, method=COUNTED, state=made.state)
    return await settle_failure(made.scene, current, failure)
