"""The door of the portal: a live session that meets the policy is let in, else a sign-in for it begins.

A sensitive change asks at the same door for proofs that are fresh, at the account's own level (V7.5.1).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from idp.login.browser_session import BrowserSession
from idp.login.gathering import Known, gathered
from idp.login.interaction import STEP_LIFETIME, WHOLE_LIFETIME, Interaction
from idp.login.next_step import Ask, Cleared, next_step
from idp.login.purpose import PortalVisit
from idp.login.steps import Step
from idp.policy.account import Account
from idp.storage import interactions
from idp.storage.sessions import SignedIn
from idp.usecases.kept_forms import Typed, sealed_form, typed_before
from idp.usecases.outcome import Begun
from idp.usecases.portal_client import portal_client
from idp.usecases.scene import AuditSubject, Scene
from idp.usecases.services import Services
from idp.usecases.signed_in import signed_in_here
from idp.usecases.visit import NewCookies, Visit
from idp.values.entropy import random_uuid
from idp.values.ids import InteractionId
from idp.values.secrets import CookieValue

FRESH_SECONDS = 600
"""A sensitive change asks for proofs once in ten minutes."""
REMOVAL_SECONDS = 300
"""Taking the second factor away asks for a code of just now, with time to read what is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody whose session meets the policy for the portal."""

    scene: Scene
    session: BrowserSession
    account: Account
    typed: Typed | None = field(default=None, repr=False)
    """What they had typed into the form of this page before they were asked to prove who they are."""

    @property
    def at(self) -> datetime:
        """The instant of the request."""
        return self.scene.visit.at


async def enter(services: Services, visit: Visit, wanted: PortalVisit, typed: Typed | None = None) -> Present | Begun:
    """Whoever is signed in here, where that is enough; else the sign-in that has begun, with what was typed kept."""
    scene = Scene(
        services=services,
        configuration=await services.configuration(),
        visit=visit,
        client=wanted.client_id,
    )
    signed_in = await signed_in_here(services, visit, wanted.client_id)
    step = _missing(scene, signed_in, wanted)
    if signed_in is None or step is not None:
        return await _begun(scene, wanted, step, typed)
    about = scene.about(AuditSubject.of(signed_in.account))
    return Present(scene=about, session=signed_in.session, account=signed_in.account)


async def confirm(present: Present, wanted: PortalVisit, typed: Typed | None = None) -> Present | Begun:
    """The same person, where the proofs are as fresh as that; else the sign-in that has begun."""
    here = SignedIn(session=present.session, account=present.account, consented=frozenset())
    step = _missing(present.scene, here, wanted)
    return present if step is None else await _begun(present.scene, wanted, step, typed)


async def returned(present: Present, interaction: InteractionId, path: str) -> Present:
    """The same person, back from that sign-in, with what they had typed into the form of that page."""
    typed = await typed_before(present.scene, present.account.user, interaction, path)
    return replace(present, typed=typed)


def _missing(scene: Scene, signed_in: SignedIn | None, wanted: PortalVisit) -> Step | None:
    at = scene.visit.at
    known = Known(
        purpose=wanted,
        rules=scene.configuration.rules,
        aliases=scene.configuration.values.acr_aliases,
        expected=None,
        # Whatever the session has proved up to this very instant counts: nothing waits for a page.
        arrived_at=at + timedelta.resolution,
        session=signed_in.session if signed_in else None,
        account=signed_in.account if signed_in else None,
    )
    match next_step(gathered(known, at)):
        case Ask(step=step):
            return step
        case Cleared():
            return None
        case refused:
            raise LookupError(f"a visit cannot be refused: {refused.error.code}")


async def _begun(scene: Scene, wanted: PortalVisit, step: Step | None, typed: Typed | None) -> Begun:
    """As for an app's request: a browser without a cookie gets one now."""
    services, visit = scene.services, scene.visit
    made = CookieValue.generate(services.entropy) if visit.browser is None else None
    browser = made or visit.browser
    interaction = Interaction(
        id=InteractionId(random_uuid(services.entropy)),
        browser=browser.digest() if browser else None,
        asked=replace(wanted, form_kept=typed is not None),
        arrived_at=visit.at,
        expires_at=visit.at + STEP_LIFETIME,
        ends_at=visit.at + WHOLE_LIFETIME,
    )
    await interactions.insert(services.database, interaction, sealed_form(scene, interaction.id, typed))
    return Begun(
        interaction=interaction.id, client=portal_client(services), step=step, cookies=NewCookies(browser=made)
    )
