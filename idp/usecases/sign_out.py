"""Sign-out (RP-Initiated Logout 1.0): at once where the app's hint names this session, else after asking."""

from dataclasses import dataclass

from idp.audit.event import SecurityEvent
from idp.audit.sign_in import SignedOut
from idp.oidc.client import Client
from idp.oidc.frontchannel_logout import Frame, frames
from idp.oidc.id_token_hint import VerifiedHint
from idp.oidc.logout import Confirm, LogoutRequest, SignOut, decide
from idp.storage import sessions
from idp.storage.sessions import NotEnded
from idp.usecases.id_token_hint import hint_of
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.usecases.subjects import session_seen_by
from idp.usecases.visit import NewCookies, Visit
from idp.values.actors import Actor
from idp.values.ids import SessionId
from idp.values.secrets import CookieValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFirst:
    """The person is to say so first."""

    client: Client | None
    browser: CookieValue
    """What the form is bound to."""
    cookies: NewCookies


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutNow:
    """The browser holds no session any more; `redirect` leads back to the app, where it may."""

    redirect: str | None
    client: Client | None
    frames: tuple[Frame, ...]
    """What the browser is to load so that apps hear of it."""
    cookies: NewCookies


async def sign_out(
    services: Services, request: LogoutRequest, visit: Visit, *, confirmed: bool
) -> AskFirst | SignedOutNow:
    """End the browser session, or ask first. The `browser` cookie changes, so that nothing bound to it lives on.

    Not where the browser brings no session: then there is nothing to leave, and a link on any page would do to make
    somebody lose a sign-in under way.
    """
    hint = await _hint(services, request)
    client = await asked_by(services, request)
    found = await sessions.not_ended(services.database, visit.session.digest()) if visit.session else None
    decision = decide(request, hint, client, _sid(services, found.session, client) if found else None)
    match decision:
        case Confirm() if not confirmed:
            browser = visit.browser or CookieValue.generate(services.entropy)
            return AskFirst(
                client=client, browser=browser, cookies=NewCookies(browser=None if visit.browser else browser)
            )
        case Confirm(redirect=redirect) | SignOut(redirect=redirect):
            by_app = isinstance(decision, SignOut)
            told = await _end(services, found, visit, by_app=by_app) if found else ()
            browser_after = CookieValue.generate(services.entropy) if visit.session else None
            return SignedOutNow(
                redirect=redirect, client=client, frames=told, cookies=NewCookies(browser=browser_after)
            )


async def asked_by(services: Services, request: LogoutRequest) -> Client | None:
    """The client that the request names; None where it names none, or two."""
    named = request.client_named(await _hint(services, request))
    return await services.client(named) if named else None


async def _hint(services: Services, request: LogoutRequest) -> VerifiedHint | None:
    keyring = (await services.configuration()).keyring
    return hint_of(keyring, services.settings.issuer, request.id_token_hint)


async def _end(services: Services, found: NotEnded, visit: Visit, *, by_app: bool) -> tuple[Frame, ...]:
    envelope = SecurityEvent(
        event=SignedOut(by="relying_party" if by_app else "person"),
        at=visit.at,
        actor=Actor(kind="user", user=found.user),
        origin=visit.origin,
        user=found.user,
        session=found.session,
    )
    events = [sealed(services, envelope, found.audit_salt)]
    told = [
        (each.uri, _sid(services, each.session, await services.client(each.client)))
        for each in await sessions.end(services.database, found.session, visit.at, events)
    ]
    return frames(told, services.settings.issuer)


def _sid(services: Services, session: SessionId, client: Client | None) -> str:
    """As that client's ID tokens name the session; nobody's hint where there is no client."""
    return session_seen_by(client, str(session), services.service_keys) if client else ""
