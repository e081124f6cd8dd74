"""A new password inside a sign-in, where the one just proved is known to somebody else or too short to stand alone."""

from idp.audit.sign_in import PasswordChanged
from idp.authenticators import password
from idp.authenticators.password import PasswordRule, context_words, long_enough_alone, refusal
from idp.login.notice import Notice, NoticeKind
from idp.login.steps import ChangePassword
from idp.storage import authenticators, endings, interactions
from idp.usecases.hashing import HashSlot
from idp.usecases.managed_passwords import hash_parameters
from idp.usecases.outcome import Current, Outcome
from idp.usecases.recovery_codes import moment_of
from idp.usecases.services import Services
from idp.usecases.sign_in import look
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId
from idp.values.secrets import Password

SAME = "same"
"""The new password is the one to be changed."""


async def change_password(services: Services, interaction: InteractionId, visit: Visit, text: str) -> Outcome:
    """Set the person's own password; ends their grants, known browsers and other sessions. Raises Busy."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, ChangePassword):
        return current
    new = password.prepared(text)
    with services.hashing.slot() as slot:
        if (reason := await _refusal(current, current.step, new, slot)) is not None:
            minimum = current.step.minimum
            notice = Notice(kind=NoticeKind.NEW_PASSWORD_REFUSED, reason=reason, minimum=minimum)
            await interactions.note(services.database, interaction, notice)
            return current
        salt = services.entropy(password.SALT_OCTETS)
        hashed = await slot.run(password.hash_password, new, hash_parameters(services.settings), salt)
    await _replace(current, current.step, hashed, long_enough_alone=long_enough_alone(new))
    return await look(services, interaction, visit)


async def _replace(current: Current, step: ChangePassword, hashed: str, *, long_enough_alone: bool) -> None:
    """Whatever rests on the old password ends, but for this sign-in and the session it belongs to.

    In a statement of its own, so that a sign-in completed or a proof stored while the first waited is seen.
    """
    session = current.opened.session.id if current.opened.session else None
    moment, changed = moment_of(current), current.scene.events(PasswordChanged(reason=step.reason))
    kept = endings.Kept(interaction=moment.interaction, session=session)
    async with current.scene.services.database.transaction() as transaction:
        if await authenticators.replace_password(
            transaction, moment, hashed, changed, long_enough_alone=long_enough_alone
        ):
            await endings.end_everything_else(transaction, moment.user, kept, "password_changed", moment.at)


async def _refusal(current: Current, step: ChangePassword, new: Password, slot: HashSlot) -> str | None:
    scene, account = current.scene, current.account
    words = context_words(scene.configuration.values.brand_name, account.username, account.email, [current.client.name])
    refused = await slot.run(refusal, new, PasswordRule(minimum=step.minimum), words)
    if refused is not None:
        return refused.kind.value
    old = await authenticators.password_hash(scene.services.database, account.user)
    return SAME if old is not None and await slot.run(password.verify, old, new) else None
