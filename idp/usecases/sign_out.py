"""Sign-out (RP-Initiated Logout 1.0): at once where the app's hint names this session, else after asking."""

from dataclasses import dataclass

from idp.audit.event import SecurityEvent
from idp.audit.sign_in import SignedOut
from idp.oidc.client import Client
from idp.oidc.logout import Confirm, LogoutRequest, SignOut, decide
from idp.storage import sessions
from idp.storage.sessions import SignedIn
from idp.usecases.id_token_hint import hint_of
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.usecases.visit import NewCookies, Visit
from idp.values.actors import Actor
from idp.values.ids import ClientId
from idp.values.secrets import CookieValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFirst:
    """The person is to say so first."""

    client: Client | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutNow:
    """The browser holds no session any more; `redirect` leads back to the app, where it may."""

    redirect: str | None
    client: Client | None
    cookies: NewCookies


async def sign_out(
    services: Services, request: LogoutRequest, visit: Visit, *, confirmed: bool
) -> AskFirst | SignedOutNow:
    """End the browser session, or ask first. The `browser` cookie changes, so that nothing bound to it lives on."""
    configuration = await services.configuration()
    hint = hint_of(configuration.keyring, services.settings.issuer, request.id_token_hint)
    named = request.client_named(hint)
    client = await services.client(named) if named else None
    signed_in = await _signed_in(services, visit, named)
    decision = decide(request, hint, client, signed_in.session.sid if signed_in else None)
    match decision:
        case Confirm() if not confirmed:
            return AskFirst(client=client)
        case Confirm(redirect=redirect) | SignOut(redirect=redirect):
            if signed_in is not None:
                await _end(services, signed_in, visit, by_app=isinstance(decision, SignOut))
            return SignedOutNow(
                redirect=redirect,
                client=client,
                cookies=NewCookies(browser=CookieValue.generate(services.entropy)),
            )


async def _signed_in(services: Services, visit: Visit, client: ClientId | None) -> SignedIn | None:
    if visit.session is None:
        return None
    idle = (await services.configuration()).values.session_lifetimes.idle
    return await sessions.signed_in(services.database, visit.session.digest(), client or ClientId(""), visit.at, idle)


async def _end(services: Services, signed_in: SignedIn, visit: Visit, *, by_app: bool) -> None:
    account = signed_in.account
    envelope = SecurityEvent(
        event=SignedOut(by="relying_party" if by_app else "person"),
        at=visit.at,
        actor=Actor(kind="user", user=account.user),
        origin=visit.origin,
        user=account.user,
        session=signed_in.session.id,
    )
    events = [sealed(services, envelope, account.audit_salt)]
    await sessions.end(services.database, signed_in.session.id, visit.at, events)
