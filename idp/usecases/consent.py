"""Consent: the person allows a client what it asks, or does not."""

from dataclasses import replace

from idp.audit.sign_in import ConsentDenied, ConsentGiven
from idp.directory.person import Person
from idp.login.steps import Answer, Consent
from idp.oidc.errors import AccessDenied
from idp.storage import events, interactions, people
from idp.usecases.outcome import Current, Outcome
from idp.usecases.services import Services
from idp.usecases.sign_in import close, look, proceed
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId


async def answer_consent(services: Services, interaction: InteractionId, visit: Visit, *, allowed: bool) -> Outcome:
    """Allowed: on to the app. Denied: the app is told access_denied."""
    current = await look(services, interaction, visit)
    if not isinstance(current, Current) or not isinstance(current.step, Consent):
        return current
    if not allowed:
        return await _denied(current, current.step)
    user, expires_at = current.account.user, current.interaction.prolonged(visit.at)
    given = current.scene.events(ConsentGiven(scopes=current.step.scopes))
    await interactions.answer(services.database, interaction, Answer.CONSENT, user, expires_at, given)
    answered = replace(current.interaction, answered=current.interaction.answered | {Answer.CONSENT})
    return await proceed(current.scene, replace(current.opened, interaction=answered))


async def _denied(current: Current, step: Consent) -> Outcome:
    scene = current.scene
    left = await close(scene, current.interaction, current.client, AccessDenied("the person did not consent"))
    if left is None:
        return await look(scene.services, current.interaction.id, scene.visit)
    await events.record(scene.services.database, scene.events(ConsentDenied(scopes=step.scopes)))
    return left


async def person_of(current: Current) -> Person | None:
    """The values that the consent page shows: the person as the client would see them."""
    return await people.find(current.scene.services.database, current.account.user)
