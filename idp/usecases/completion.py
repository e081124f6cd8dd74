"""The end of a sign-in: from `Cleared` to the grant, the browser session, and the response that leaves for the app."""

from dataclasses import dataclass, replace

from idp.audit.sign_in import SessionEnded, SignInCompleted
from idp.login.browser_session import BrowserSession
from idp.login.next_step import Cleared
from idp.login.purpose import Authorization
from idp.login.steps import Answer
from idp.storage import codes, places
from idp.storage.codes import Completion, NewGrant, Renewal
from idp.storage.events import EncodedEvents
from idp.storage.interactions import Opened
from idp.usecases.opening import opening
from idp.usecases.outcome import Leave
from idp.usecases.scene import AuditSubject, Scene
from idp.usecases.visit import NewCookies, Visit
from idp.values.entropy import Entropy, ordered_uuid
from idp.values.ids import SessionId
from idp.values.secrets import CookieValue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """The browser session that the sign-in ends in."""

    session: BrowserSession
    renewed: bool
    """Something was proved inside the Interaction: the cookie changes, `sid` stays (or a session begins)."""
    other: SessionId | None
    """Another person's session in this browser, which ends."""


async def complete(scene: Scene, opened: Opened, cleared: Cleared[Authorization]) -> Leave | None:
    """Open the grant and finish the Interaction in one statement; None when the facts moved on meanwhile."""
    ending = _ending(scene, opened, cleared)
    made = await opening(scene, cleared, ending.session)
    cookies = _cookies(ending, scene.visit, scene.services.entropy)
    completion = Completion(
        interaction=opened.interaction.id,
        sealed_response=scene.configuration.sealer.seal(made.response.stored(), places.response(opened.interaction.id)),
        browser=_kept(cookies.browser, scene.visit.browser).digest(),
        renewal=_renewal(ending, cookies),
        other_session=ending.other,
        cookie_before=scene.visit.session,
        consent_given=Answer.CONSENT in cleared.facts.answered,
        events=[
            *scene.events(completed(cleared, made.grant), session=ending.session.id),
            *_ended(scene, opened, ending),
        ],
    )
    if not await codes.complete(scene.services.database, cleared, made.grant, completion, scene.visit.at):
        return None
    return Leave(response=made.response, client=cleared.facts.purpose.client, cookies=cookies)


def completed(cleared: Cleared[Authorization], grant: NewGrant, *, silent: bool = False) -> SignInCompleted:
    """What is recorded of a grant opened; `silent` where the person was asked nothing."""
    needed = cleared.identity.requirement
    waiver = needed.waiver if any(reason.effect == "lifted" for reason in needed.reasons) else None
    return SignInCompleted(
        acr=grant.acr,
        amr=cleared.identity.proved.amr,
        grant=grant.id,
        silent=silent,
        waiver=waiver.kind if waiver else None,
        waived_until=waiver.until if waiver else None,
    )


def _ending(scene: Scene, opened: Opened, cleared: Cleared[Authorization]) -> _Ending:
    user, at = cleared.identity.account.user, scene.visit.at
    live = opened.session if opened.session and opened.session.user == user else None
    own = opened.interaction.own
    if own is None or not own.proofs:
        if live is None:
            raise LookupError("cleared without a session and without a proof")
        return _Ending(session=live, renewed=False, other=None)
    evidence = own.plus(live.evidence) if live else own
    session = BrowserSession(
        id=live.id if live else SessionId(ordered_uuid(scene.services.entropy, at)),
        user=user,
        evidence=evidence,
        expires_at=(evidence.rests_on or at) + scene.configuration.values.session_lifetimes.absolute,
    )
    return _Ending(session=session, renewed=True, other=opened.session.id if opened.session and not live else None)


def _ended(scene: Scene, opened: Opened, ending: _Ending) -> EncodedEvents:
    """What is recorded about the person whose session somebody else's sign-in ended."""
    session, salt = opened.session, opened.session_audit_salt
    if ending.other is None or session is None or salt is None:
        return []
    about = replace(scene, subject=AuditSubject(user=session.user, audit_salt=salt), actor=ending.session.user)
    return about.events(SessionEnded(reason="other_person"), session=session.id)


def _cookies(ending: _Ending, visit: Visit, entropy: Entropy) -> NewCookies:
    """A new session value at each new proof; a new browser value where another person takes the browser over."""
    if not ending.renewed:
        return NewCookies()
    return NewCookies(
        session=CookieValue.generate(entropy),
        known=visit.known or CookieValue.generate(entropy),
        browser=CookieValue.generate(entropy) if ending.other else None,
    )


def _renewal(ending: _Ending, cookies: NewCookies) -> Renewal | None:
    if cookies.session is None or cookies.known is None:
        return None
    session = ending.session
    return Renewal(
        cookie=cookies.session, evidence=session.evidence, expires_at=session.expires_at, known=cookies.known
    )


def _kept(new: CookieValue | None, old: CookieValue | None) -> CookieValue:
    value = new or old
    if value is None:
        raise LookupError("a sign-in is bound to a browser")
    return value
