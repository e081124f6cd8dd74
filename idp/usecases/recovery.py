"""The second-factor step with a recovery code, and what the person decides after one was used."""

from dataclasses import replace

from idp.audit.sign_in import FactorProved, RecoveryCodeUsed
from idp.authenticators import recovery_code
from idp.authenticators.methods import Method
from idp.authenticators.throttling import source_key
from idp.authenticators.typed import Empty, LooksLikeAppCode, WrongShape
from idp.keystore.service_keys import recovery_digest
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import Answer, ProveFactor, ReplaceApp
from idp.storage import attempts, interactions, settlements
from idp.storage.attempts import Held, Reserved, StoredCodes
from idp.usecases.outcome import Current, Outcome
from idp.usecases.second_factor import Spent, refused, spent_before, success
from idp.usecases.services import Services
from idp.usecases.sign_in import advanced, look, proceed
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId
from idp.values.secrets import RecoveryCode

METHOD = Method.RECOVERY_CODE

SHAPES = {
    Empty: NoticeKind.RECOVERY_CODE_MISSING,
    WrongShape: NoticeKind.RECOVERY_CODE_WRONG,
    LooksLikeAppCode: NoticeKind.RECOVERY_CODE_IS_APP_CODE,
}
"""What is said of an input that can be no recovery code; it counts as no attempt."""


async def prove_recovery_code(services: Services, interaction: InteractionId, visit: Visit, text: str) -> Outcome:
    """Try a recovery code. Raises Busy, before anything is counted, when too many hashes wait."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, ProveFactor) or not current.step.recovery:
        return current
    code = recovery_code.parse(text)
    if not isinstance(code, RecoveryCode):
        await interactions.note(services.database, interaction, Notice(kind=SHAPES[type(code)]))
        return current
    with services.hashing.slot() as slot:
        source = source_key(visit.origin.address)
        attempt = await attempts.reserve_factor(services.database, current.account.user, METHOD, source, visit.at)
        if isinstance(attempt.state, Held):
            return await refused(current, METHOD, "paused" if attempt.state.until else "disabled", attempt.state)
        if attempt.codes is None:
            return await refused(current, METHOD, "not_enrolled", attempt.state)
        stretched = await slot.run(recovery_code.stretched, code, attempt.codes.salt)
    return await _settled(current, attempt.codes, stretched, attempt.state)


async def keep_the_app_for_now(services: Services, interaction: InteractionId, visit: Visit) -> Outcome:
    """After a recovery code: on to the app, and set the authenticator up again another day."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, ReplaceApp):
        return current
    user, expires_at = current.account.user, current.interaction.prolonged(visit.at)
    await interactions.answer(services.database, interaction, Answer.RECOVERY_USED, user, expires_at, [])
    answered = current.interaction.answered | {Answer.RECOVERY_USED}
    return await proceed(
        current.scene, replace(current.opened, interaction=replace(current.interaction, answered=answered))
    )


async def _settled(current: Current, codes: StoredCodes, stretched: bytes, state: Reserved) -> Outcome:
    scene = current.scene
    digest = recovery_digest(scene.configuration.service_keys, stretched, codes.pepper_id)
    left = current.account.codes_left - 1
    settling = success(current, METHOD, FactorProved(method=METHOD), RecoveryCodeUsed(left=left))
    spent, used_at = await settlements.settle_recovery_code(
        scene.services.database, settling, codes, digest, scene.visit.at
    )
    if spent:
        opened = advanced(current, settling)
        return await proceed(scene, replace(opened, account=replace(current.account, codes_left=left)))
    if used_at is not None:
        return await spent_before(current, METHOD, state, Spent(at=used_at))
    return await refused(current, METHOD, "wrong", state)
