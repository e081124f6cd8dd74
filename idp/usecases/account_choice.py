"""Who signs in: the person who is signed in here already, or another; and the way back to the app without either."""

from dataclasses import replace

from idp.audit.sign_in import SignInCancelled
from idp.login.steps import Answer, SelectAccount
from idp.oidc.errors import AccessDenied
from idp.storage import events, interactions
from idp.usecases.outcome import Current, Outcome
from idp.usecases.services import Services
from idp.usecases.sign_in import close, look, proceed
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId


async def go_on_as_signed_in(services: Services, interaction: InteractionId, visit: Visit) -> Outcome:
    """«Continue as alice» (prompt=select_account)."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, SelectAccount):
        return current
    user, expires_at = current.account.user, current.interaction.prolonged(visit.at)
    await interactions.answer(services.database, interaction, Answer.SAME_ACCOUNT, user, expires_at, [])
    answered = replace(current.interaction, user=user, answered=current.interaction.answered | {Answer.SAME_ACCOUNT})
    return await proceed(current.scene, replace(current.opened, interaction=answered))


async def use_another_account(services: Services, interaction: InteractionId, visit: Visit) -> Outcome:
    """«Use another account», «Not you?»: whatever was proved or prepared for the first person is gone."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current):
        return current
    await interactions.start_over(services.database, interaction)
    return await look(services, interaction, visit)


async def cancel(services: Services, interaction: InteractionId, visit: Visit) -> Outcome:
    """Back to the app, which is told access_denied."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current):
        return current
    scene = current.scene
    left = await close(scene, current.interaction, current.client, AccessDenied("the person cancelled"))
    if left is None:
        return await look(services, interaction, visit)
    step = type(current.step).__name__
    await events.record(services.database, scene.events(SignInCancelled(step=step)))
    return left
