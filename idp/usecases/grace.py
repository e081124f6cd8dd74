"""Time that a policy rule leaves: until its end, setting up a second factor may be put off."""

from dataclasses import replace

from idp.audit.sign_in import EnrolmentPutOff
from idp.login.steps import Answer, Enrol, ShowEnrolmentPass
from idp.storage import interactions
from idp.usecases.outcome import Current, Outcome
from idp.usecases.services import Services
from idp.usecases.sign_in import look, proceed
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId


async def put_off(services: Services, interaction: InteractionId, visit: Visit) -> Outcome:
    """«Skip for now»: on with one factor, where the rule that will require a second one leaves time."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, Enrol | ShowEnrolmentPass):
        return current
    if current.step.may_wait_until is None:
        return current
    user, expires_at = current.account.user, current.interaction.prolonged(visit.at)
    events = current.scene.events(EnrolmentPutOff(until=current.step.may_wait_until))
    await interactions.answer(services.database, interaction, Answer.PUT_OFF, user, expires_at, events)
    answered = replace(current.interaction, user=user, answered=current.interaction.answered | {Answer.PUT_OFF})
    return await proceed(current.scene, replace(current.opened, interaction=answered))
