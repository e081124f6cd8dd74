"""The end of a sign-in: from `Cleared` to the browser session and, for an app, the grant and the response it gets."""

from idp.audit.sign_in import SignInCompleted
from idp.authenticators.acr import acr_of
from idp.login.facts import Identity
from idp.login.next_step import Cleared
from idp.login.purpose import Authorization, PortalVisit
from idp.login.steps import Answer
from idp.storage import codes, places, visits
from idp.storage.codes import Completion
from idp.storage.interactions import Opened
from idp.storage.visits import Arrival
from idp.usecases.opening import opening
from idp.usecases.outcome import Arrived, Leave
from idp.usecases.remembered_browsers import remember
from idp.usecases.scene import Scene
from idp.usecases.session_kept import ending
from idp.values.ids import GrantId


async def complete(scene: Scene, opened: Opened, cleared: Cleared[Authorization]) -> Leave | None:
    """Open the grant and finish the Interaction in one statement; None when the facts moved on meanwhile."""
    end = ending(scene, opened, cleared.identity)
    made = await opening(scene, cleared, end.session)
    done = completed(cleared.identity, made.grant.acr, made.grant.id)
    completion = Completion(
        interaction=opened.interaction.id,
        sealed_response=scene.configuration.sealer.seal(made.response.stored(), places.response(opened.interaction.id)),
        browser=end.browser,
        kept=end.kept,
        consent_given=Answer.CONSENT in cleared.facts.answered,
        events=scene.events(done, session=end.session.id),
    )
    if not await codes.complete(scene.services.database, cleared, made.grant, completion, scene.visit.at):
        return None
    await remember(scene, cleared, end.cookies)
    return Leave(response=made.response, client=cleared.facts.purpose.client, cookies=end.cookies)


async def arrive(scene: Scene, opened: Opened, cleared: Cleared[PortalVisit]) -> Arrived | None:
    """Finish the Interaction of a visit in one statement; None when the facts moved on meanwhile."""
    end = ending(scene, opened, cleared.identity)
    return_to = cleared.facts.purpose.address(opened.interaction.id)
    done = completed(cleared.identity, acr_of(cleared.identity.proved.level))
    sealed = scene.configuration.sealer.seal(return_to.encode(), places.response(opened.interaction.id))
    arrival = Arrival(
        interaction=opened.interaction.id,
        policy_version=scene.configuration.rules.version,
        sealed_response=sealed,
        browser=end.browser,
        kept=end.kept,
        events=scene.events(done, session=end.session.id),
    )
    if not await visits.finish(scene.services.database, cleared, arrival, scene.visit.at):
        return None
    await remember(scene, cleared, end.cookies)
    return Arrived(return_to=return_to, cookies=end.cookies)


def completed(identity: Identity, acr: str, grant: GrantId | None = None, *, silent: bool = False) -> SignInCompleted:
    """What is recorded of a sign-in that went through; `silent` where the person was asked nothing."""
    needed = identity.requirement
    waived = any(reason.effect in {"lifted", "deferred"} for reason in needed.reasons)
    waiver = needed.waiver if waived or identity.spared_in else None
    return SignInCompleted(
        acr=acr,
        amr=identity.proved.amr,
        grant=grant,
        silent=silent,
        waiver=waiver.kind if waiver else None,
        waived_until=waiver.until if waiver else None,
    )
