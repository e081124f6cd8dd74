"""An authorization request arrives: answered at once where nothing is to be asked, kept as an Interaction otherwise."""

from dataclasses import dataclass, field, replace

from idp.audit.protocol import AuthorizationRefused
from idp.login.gathering import Known, gathered
from idp.login.interaction import STEP_LIFETIME, WHOLE_LIFETIME, Interaction
from idp.login.next_step import Ask, Cleared, Refuse, next_step
from idp.login.purpose import Authorization
from idp.login.steps import Step
from idp.oidc.authorization_redirect import client_id_of, redirect_of
from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.authorization_response import failure
from idp.oidc.client import Client
from idp.oidc.errors import OAuthError
from idp.oidc.parameters import Parameters
from idp.oidc.request_object import way_back
from idp.oidc.trusted_redirect import TrustedRedirect, Untrusted, UntrustedRedirect
from idp.storage import codes, interactions
from idp.storage.sessions import SignedIn
from idp.usecases.completion import completed
from idp.usecases.errors import Unavailable
from idp.usecases.first_applied import remember
from idp.usecases.id_token_hint import expected_subject
from idp.usecases.opening import opening
from idp.usecases.outcome import Begun, Leave
from idp.usecases.recording import record_of_nobody
from idp.usecases.request_objects import resolved
from idp.usecases.scene import AuditSubject, Scene
from idp.usecases.services import Services
from idp.usecases.sign_in import TRIES, look
from idp.usecases.signed_in import signed_in_here
from idp.usecases.visit import NewCookies, Visit
from idp.values.entropy import random_uuid
from idp.values.ids import InteractionId
from idp.values.secrets import CookieValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What became of a posted request; without cookies and answer where it is bound already, or gone."""

    cookies: NewCookies = field(default_factory=NewCookies)
    leave: Leave | None = None
    """The answer, where nobody is to be asked anything (prompt=none, single sign-on)."""


async def authorize(services: Services, parameters: Parameters, visit: Visit) -> Leave | Begun:
    """Answer a request that a browser brought itself, with its cookies.

    Raises UntrustedRedirect where there is nowhere to send an answer to.
    """
    arrived = await _arrived(services, parameters, visit)
    return arrived if isinstance(arrived, Leave) else await _decided(services, arrived, visit)


async def receive(services: Services, parameters: Parameters, visit: Visit) -> Leave | Begun:
    """Keep a request that another site posted: it carries no Lax cookie, so it waits for the browser to come back."""
    arrived = await _arrived(services, parameters, visit)
    return arrived if isinstance(arrived, Leave) else await _begun(services, arrived, visit, None)


async def bind(services: Services, interaction: InteractionId, visit: Visit) -> Bound:
    """Give a posted request to the browser that follows it, once, and answer it where no page is needed."""
    browser = visit.browser or CookieValue.generate(services.entropy)
    if not await interactions.bind(services.database, interaction, browser.digest(), visit.at):
        return Bound()
    outcome = await look(services, interaction, replace(visit, browser=browser))
    return Bound(
        cookies=NewCookies(browser=None if visit.browser else browser),
        leave=outcome if isinstance(outcome, Leave) else None,
    )


async def trusted(
    services: Services, parameters: Parameters, visit: Visit
) -> tuple[Client, TrustedRedirect, Parameters | OAuthError]:
    """The client, where its answers may go, and what it asks for or why its request object is refused.

    Raises UntrustedRedirect, whatever else is wrong (RFC 6749 4.1.2.1).
    """
    client: Client | None = None
    try:
        client = await services.client(client_id_of(parameters))
        if client is None:
            raise UntrustedRedirect(Untrusted.CLIENT_UNKNOWN, client_id_of(parameters))
        asked = await resolved(services, client, parameters, visit.at)
        if isinstance(asked, OAuthError):
            return client, way_back(parameters, client, asked), asked
        return client, redirect_of(asked, client), asked
    except UntrustedRedirect as fault:
        refused = AuthorizationRefused(error=fault.code, reason=fault.description, received=fault.received)
        await record_of_nobody(services, refused, visit.origin, visit.at, client.client_id if client else None)
        raise


async def _arrived(services: Services, parameters: Parameters, visit: Visit) -> Authorization | Leave:
    """The request, checked; or the answer that it gets for what is wrong with it. Raises UntrustedRedirect."""
    client, redirect, asked = await trusted(services, parameters, visit)
    try:
        if isinstance(asked, OAuthError):
            raise asked
        legacy = (await services.configuration()).values.legacy_response_types
        request = AuthorizationRequest.parse(asked, client, legacy=legacy)
    except OAuthError as error:
        return await _refused(services, client, redirect, error, visit)
    return Authorization(request=request, client=client)


async def _decided(services: Services, purpose: Authorization, visit: Visit) -> Leave | Begun:
    for _ in range(TRIES):
        scene = await _scene(services, purpose, visit)
        signed_in = await signed_in_here(services, visit, purpose.client.client_id)
        facts = gathered(_known(scene, purpose, signed_in), visit.at)
        await remember(scene, facts.identity)
        match next_step(facts):
            case Ask(step=step):
                return await _begun(services, purpose, visit, step)
            case Refuse(error=error):
                redirect = purpose.request.redirect(purpose.client)
                return Leave(response=failure(redirect, error, services.settings.issuer), client=purpose.client)
            case Cleared() as cleared if signed_in is not None:
                leave = await _issued(scene, cleared, signed_in)
                if leave is not None:
                    return leave
        services.cache.forget()  # rules and client decided on may be older than the database's
        purpose = await _as_registered_now(services, purpose)
    raise Unavailable


async def _as_registered_now(services: Services, purpose: Authorization) -> Authorization:
    """Raises UntrustedRedirect where the client is gone, disabled, or no longer answered at that address."""
    client = await services.client(purpose.client.client_id)
    if client is None:
        raise UntrustedRedirect(Untrusted.CLIENT_UNKNOWN, purpose.client.client_id)
    purpose.request.redirect(client)
    return replace(purpose, client=client)


async def _issued(scene: Scene, cleared: Cleared[Authorization], signed_in: SignedIn) -> Leave | None:
    made = await opening(scene, cleared, signed_in.session)
    happened = scene.about(AuditSubject.of(cleared.identity.account)).events(
        completed(cleared.identity, made.grant.acr, made.grant.id, silent=True), session=made.grant.session
    )
    if not await codes.issue(scene.services.database, cleared, made.grant, happened, scene.visit.at):
        return None
    return Leave(response=made.response, client=cleared.facts.purpose.client)


async def _begun(services: Services, purpose: Authorization, visit: Visit, step: Step | None) -> Begun:
    """Keep the request. A browser without a cookie gets one now; one that posted across sites, when it comes back."""
    here = step is not None
    made = CookieValue.generate(services.entropy) if here and visit.browser is None else None
    browser = (made or visit.browser) if here else None
    interaction = Interaction(
        id=InteractionId(random_uuid(services.entropy)),
        browser=browser.digest() if browser else None,
        asked=purpose.request,
        arrived_at=visit.at,
        expires_at=visit.at + STEP_LIFETIME,
        ends_at=visit.at + WHOLE_LIFETIME,
    )
    if not await interactions.insert(services.database, interaction):  # deleted, and this process has not heard of it
        raise UntrustedRedirect(Untrusted.CLIENT_UNKNOWN, purpose.client.client_id)
    return Begun(
        interaction=interaction.id,
        client=purpose.client,
        step=step,
        cookies=NewCookies(browser=made),
        ui_locales=purpose.request.ui_locales,
    )


async def _scene(services: Services, purpose: Authorization, visit: Visit) -> Scene:
    configuration = await services.configuration()
    return Scene(services=services, configuration=configuration, visit=visit, client=purpose.client.client_id)


def _known(scene: Scene, purpose: Authorization, signed_in: SignedIn | None) -> Known[Authorization]:
    issuer = scene.services.settings.issuer
    return Known(
        purpose=purpose,
        rules=scene.configuration.rules,
        aliases=scene.configuration.values.acr_aliases,
        expected=expected_subject(scene.configuration, issuer, purpose, signed_in.account if signed_in else None),
        arrived_at=scene.visit.at,
        session=signed_in.session if signed_in else None,
        account=signed_in.account if signed_in else None,
        consented=signed_in.consented if signed_in else frozenset(),
    )


async def _refused(
    services: Services, client: Client, redirect: TrustedRedirect, error: OAuthError, visit: Visit
) -> Leave:
    """The fault goes to the app (RFC 6749 4.1.2.1), and into the security events: it may be an attack."""
    refused = AuthorizationRefused(error=error.code, reason=error.description)
    await record_of_nobody(services, refused, visit.origin, visit.at, client.client_id)
    return Leave(response=failure(redirect, error, services.settings.issuer), client=client)
