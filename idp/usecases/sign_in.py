"""A sign-in looked at: what it waits for now. Every page begins here, and every proof ends here.

Load, gather, ask `next_step`; complete where nothing is left to ask, leave with an error where nothing may be asked.
"""

from dataclasses import replace
from typing import TypeVar

from idp.login.gathering import Known, gathered
from idp.login.interaction import Interaction
from idp.login.next_step import Ask, Cleared, Refuse, next_step
from idp.login.purpose import Asked, Authorization, PortalVisit, Purpose
from idp.oidc.authorization_request import may_use
from idp.oidc.authorization_response import AuthorizationResponse, failure
from idp.oidc.client import Client
from idp.oidc.errors import OAuthError
from idp.oidc.trusted_redirect import UntrustedRedirect
from idp.policy.account import Account
from idp.storage import interactions, places
from idp.storage.configuration import Configuration
from idp.storage.interactions import Opened
from idp.storage.sessions import Brought
from idp.storage.settlements import Success
from idp.usecases.completion import arrive, complete
from idp.usecases.errors import Unavailable
from idp.usecases.first_applied import remember
from idp.usecases.id_token_hint import expected_subject
from idp.usecases.outcome import AlreadyFinished, Arrived, Current, Gone, Leave, Outcome
from idp.usecases.portal_client import HOME, portal_client
from idp.usecases.scene import AuditSubject, Scene
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.ids import InteractionId
from idp.values.ids import Subject as Named

P = TypeVar("P", Authorization, PortalVisit)

TRIES = 3
"""How often a sign-in is decided anew when the facts move between decision and code."""


async def look(services: Services, interaction: InteractionId, visit: Visit) -> Outcome:
    """Where this sign-in stands for this browser; completes it where nothing is left to ask.

    Raises Unavailable when the facts keep moving under it.
    """
    for _ in range(TRIES):
        configuration = await services.configuration()
        idle = configuration.values.session_lifetimes.idle
        brought = Brought.of(visit.session, visit.known)
        opened = await interactions.opened(services.database, interaction, brought, visit.at, idle)
        if opened is None:
            return Gone(reason="unknown", client=None)
        outcome = await weigh(services, opened, visit)
        if outcome is not None:
            return outcome
        services.cache.forget()  # the rules decided on may be older than the database's
    raise Unavailable


async def weigh(services: Services, opened: Opened, visit: Visit) -> Outcome | None:
    """The same for an Interaction at hand, as after a proof; None when the facts moved: then look again."""
    interaction, configuration = opened.interaction, await services.configuration()
    client = await _client(services, configuration, interaction.asked)
    if client is None:
        return Gone(reason="unknown", client=None)
    if (gone := _gone(interaction, client, visit)) is not None:
        return gone
    if interaction.finished is not None:
        return _again(configuration, interaction, client, visit)
    scene = Scene(
        services=services,
        configuration=configuration,
        visit=visit,
        client=client.client_id,
        interaction=interaction.id,
        subject=AuditSubject.of(opened.account),
    )
    if isinstance(interaction.asked, PortalVisit):
        return await _for_portal(scene, opened, client, interaction.asked)
    return await _for_app(scene, opened, Authorization(request=interaction.asked, client=client))


async def _for_app(scene: Scene, opened: Opened, purpose: Authorization) -> Outcome | None:
    facts = gathered(_known(scene, opened, purpose), scene.visit.at)
    await remember(scene, facts.identity)
    match next_step(facts):
        case Ask(step=step):
            return Current(opened=opened, facts=facts, step=step, client=purpose.client, scene=scene)
        case Refuse(error=error):
            return await close(scene, opened.interaction, purpose.client, error)
        case Cleared() as cleared:
            return await complete(scene, opened, cleared)


async def _for_portal(scene: Scene, opened: Opened, client: Client, purpose: PortalVisit) -> Outcome | None:
    facts = gathered(_known(scene, opened, purpose), scene.visit.at)
    await remember(scene, facts.identity)
    match next_step(facts):
        case Ask(step=step):
            return Current(opened=opened, facts=facts, step=step, client=client, scene=scene)
        case Refuse(error=error):
            return await close(scene, opened.interaction, client, error)
        case Cleared() as cleared:
            return await arrive(scene, opened, cleared)


async def proceed(scene: Scene, opened: Opened) -> Outcome:
    """On from a proof that was just stored: decided on what is at hand, looked at anew only where the facts moved."""
    outcome = await weigh(scene.services, opened, scene.visit)
    return outcome if outcome is not None else await look(scene.services, opened.interaction.id, scene.visit)


def advanced(current: Current, success: Success) -> Opened:
    """The Interaction at hand with the proof that was just stored."""
    proved = current.interaction.with_proof(success.user, success.proof, success.expires_at)
    return replace(current.opened, interaction=proved)


async def close(scene: Scene, interaction: Interaction, client: Client, error: OAuthError) -> Leave | Arrived | None:
    """End without a code: the error goes to the app. None where the sign-in was finished meanwhile.

    From a visit, the way leads to the front of the portal.
    """
    asked, issuer = interaction.asked, scene.services.settings.issuer
    response = None if isinstance(asked, PortalVisit) else failure(asked.redirect(client), error, issuer)
    stored = response.stored() if response else HOME.encode()
    sealed = scene.configuration.sealer.seal(stored, places.response(interaction.id))
    if not await interactions.close(scene.services.database, interaction.id, scene.visit.at, sealed):
        return None
    return Leave(response=response, client=client) if response else Arrived(return_to=HOME)


async def _client(services: Services, configuration: Configuration, asked: Asked) -> Client | None:
    """Whom the sign-in is for, if it still may be: an active app, its address registered, its response type allowed."""
    if isinstance(asked, PortalVisit):
        return portal_client(services)
    client = await services.client(asked.client_id)
    if client is None:
        return None
    try:
        asked.redirect(client)
        may_use(client, asked.response_type, legacy=configuration.values.legacy_response_types)
    except (UntrustedRedirect, OAuthError):
        return None
    return client


def _gone(interaction: Interaction, client: Client, visit: Visit) -> Gone | None:
    if visit.browser is None:
        return Gone(reason="no_cookie", client=client)
    if interaction.browser != visit.browser.digest():
        return Gone(reason="foreign", client=client)
    return Gone(reason="expired", client=client) if interaction.expired(visit.at) else None


def _again(configuration: Configuration, interaction: Interaction, client: Client, visit: Visit) -> Outcome:
    """The same browser gets the same response, until the code was redeemed or has died."""
    finished = interaction.finished
    if finished is not None and isinstance(interaction.asked, PortalVisit):
        return_to = configuration.sealer.open(finished.sealed_response, places.response(interaction.id))
        return Arrived(return_to=return_to.decode())
    if finished is None or (not finished.signed_in and not finished.may_repeat(visit.at)):
        return Gone(reason="expired", client=client)  # it signed nobody in, so it must not say so
    if not finished.may_repeat(visit.at):
        return AlreadyFinished(client=client)
    stored = configuration.sealer.open(finished.sealed_response, places.response(interaction.id))
    return Leave(response=AuthorizationResponse.restored(stored), client=client)


def _known(scene: Scene, opened: Opened, purpose: P) -> Known[P]:
    interaction, configuration = opened.interaction, scene.configuration
    return Known(
        purpose=purpose,
        rules=configuration.rules,
        aliases=configuration.values.acr_aliases,
        expected=_expected(scene, purpose, opened.account),
        arrived_at=interaction.arrived_at,
        session=opened.session,
        account=opened.account,
        own=interaction.own,
        consented=opened.consented,
        answered=interaction.answered,
    )


def _expected(scene: Scene, purpose: Purpose, account: Account | None) -> Named | None:
    if not isinstance(purpose, Authorization):
        return None
    return expected_subject(scene.configuration, scene.services.settings.issuer, purpose, account)
