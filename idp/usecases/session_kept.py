"""The browser session that a sign-in ends in: begun, renewed or left as it is, and whose it takes the place of."""

from dataclasses import dataclass

from idp.login.browser_session import BrowserSession
from idp.login.facts import Identity
from idp.storage.interactions import Opened
from idp.storage.kept_sessions import KeptSession, Renewal
from idp.usecases.scene import Scene
from idp.usecases.visit import NewCookies, Visit
from idp.values.entropy import Entropy, ordered_uuid
from idp.values.ids import SessionId
from idp.values.secrets import CookieValue, Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Not yet stored."""

    session: BrowserSession
    cookies: NewCookies
    kept: KeptSession
    browser: Digest
    """What the Interaction is bound to from now on."""


def ending(scene: Scene, opened: Opened, identity: Identity) -> Ending:
    """The session of that person. A new value of it at each new proof; `sid` stays."""
    session, renewed = _session(scene, opened, identity)
    other = opened.session.id if renewed and opened.session and opened.session.user != session.user else None
    cookies = _cookies(scene.visit, scene.services.entropy, renewed=renewed, taken_over=other is not None)
    kept = KeptSession(
        session=session.id,
        renewal=_renewal(session, cookies),
        other=other,
        cookie_before=scene.visit.session,
    )
    return Ending(
        session=session,
        cookies=cookies,
        kept=kept,
        browser=_kept(cookies.browser, scene.visit.browser).digest(),
    )


def _session(scene: Scene, opened: Opened, identity: Identity) -> tuple[BrowserSession, bool]:
    user, at = identity.account.user, scene.visit.at
    live = opened.session if opened.session and opened.session.user == user else None
    own = opened.interaction.own
    if own is None or not own.proofs:
        if live is None:
            raise LookupError("cleared without a session and without a proof")
        return live, False
    evidence = own.plus(live.evidence) if live else own
    session = BrowserSession(
        id=live.id if live else SessionId(ordered_uuid(scene.services.entropy, at)),
        user=user,
        evidence=evidence,
        expires_at=(evidence.rests_on or at) + scene.configuration.values.session_lifetimes.absolute,
    )
    return session, True


def _cookies(visit: Visit, entropy: Entropy, *, renewed: bool, taken_over: bool) -> NewCookies:
    """A new session value at each new proof; a new browser value where another person takes the browser over."""
    if not renewed:
        return NewCookies()
    return NewCookies(
        session=CookieValue.generate(entropy),
        known=visit.known or CookieValue.generate(entropy),
        browser=CookieValue.generate(entropy) if taken_over else None,
    )


def _renewal(session: BrowserSession, cookies: NewCookies) -> Renewal | None:
    if cookies.session is None or cookies.known is None:
        return None
    return Renewal(
        cookie=cookies.session, evidence=session.evidence, expires_at=session.expires_at, known=cookies.known
    )


def _kept(new: CookieValue | None, old: CookieValue | None) -> CookieValue:
    value = new or old
    if value is None:
        raise LookupError("a sign-in is bound to a browser")
    return value
