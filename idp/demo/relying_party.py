"""The demo relying app: a small Starlette app on Authlib's client, on another site than the provider.

It shows what a provider gives an app, each claim explained. It imports nothing of idp outside `idp.demo`, so it knows
the provider as any app does: by its issuer. Owns routes, cookie and form protection; for demos on loopback only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from idp.demo import errors_explained
from idp.demo.mails import Mailbox
from idp.demo.pages import Pages
from idp.demo.registration import DemoClient, DemoPerson
from idp.demo.sign_in import Provider, Refusal
from idp.demo.visitors import Visitors
from idp.demo.visits import RelyingParty, Visit, static, visiting

__all__ = ["DemoClient", "DemoPerson", "create_relying_party"]

REQUESTS: Mapping[str, Mapping[str, str]] = {
    "plain": {},
    "step-up": {"acr_values": "2fa"},
    "again": {"prompt": "login"},
    "silent": {"prompt": "none"},
    "account": {"prompt": "select_account"},
    "consent": {"prompt": "consent"},
}


def create_relying_party(
    *,
    issuer: str,
    base_url: str,
    clients: Sequence[DemoClient],
    session_secret: str,
    people: Sequence[DemoPerson],
    mail_socket: int | None = None,
) -> Starlette:
    """The app, to be served at `base_url` (no final slash). Nothing is fetched before the first sign-in.

    `mail_socket`: listens for the provider's mails.
    """
    handlers = {404: _not_found, 405: _not_found, 403: _foreign_form, 500: _fault}
    # Passwords stand on the first page: a site of somebody else whose name is made to lead here must not read them.
    ours = Middleware(TrustedHostMiddleware, allowed_hosts=[urlsplit(base_url).hostname or "", "localhost"])
    mailbox = Mailbox()

    def lifespan(_: Starlette) -> AbstractAsyncContextManager[None]:
        return mailbox.open_at(mail_socket)

    app = Starlette(routes=_routes(), exception_handlers=handlers, middleware=[ours], lifespan=lifespan)
    app.state.party = RelyingParty(
        provider=Provider(issuer=issuer, base_url=base_url, clients=clients),
        pages=Pages(issuer=issuer, clients=clients, people=people),
        visitors=Visitors(session_secret),
        clients={each.slug: each for each in clients},
        mailbox=mailbox,
    )
    return app


def _routes() -> list[Route]:
    return [
        Route("/", visiting(home), methods=["GET"]),
        Route("/style.css", static("style.css", "text/css"), methods=["GET"]),
        Route("/icon.svg", static("icon.svg", "image/svg+xml"), methods=["GET"]),
        Route("/inbox", visiting(inbox), methods=["GET"]),
        Route("/{slug}", visiting(app_page), methods=["GET"]),
        Route("/{slug}/initiate", visiting(initiate), methods=["GET"]),
        Route("/{slug}/callback", visiting(callback), methods=["GET"]),
        Route("/{slug}/signed-out", visiting(signed_out), methods=["GET"]),
        Route("/{slug}/front-channel-logout", front_channel_logout, methods=["GET"]),
        # Needs no form token: starting a sign-in changes nothing here, and a tab left open must still be able to.
        Route("/{slug}/sign-in", visiting(sign_in, guarded=False), methods=["POST"]),
        Route("/{slug}/refresh", visiting(refresh), methods=["POST"]),
        Route("/{slug}/sign-out", visiting(sign_out), methods=["POST"]),
        Route("/{slug}/forget", visiting(forget), methods=["POST"]),
    ]


async def home(visit: Visit) -> Response:
    """The people and the apps."""
    return visit.party.pages.home(visit.visitor, visit.form_token, visit.at)


async def inbox(visit: Visit) -> Response:
    """The provider's mails."""
    return visit.party.pages.inbox(visit.party.mailbox.mails)


async def app_page(visit: Visit) -> Response:
    """One app: what it knows of the person, or a way to sign in; above it the last problem."""
    problem = visit.visitor.problems.get(visit.client.slug)
    if visit.signed_in is None:
        return visit.party.pages.visitor_of(visit.client, problem, visit.form_token)
    return visit.party.pages.signed_in(visit.client, visit.signed_in, problem, visit.form_token, visit.at)


async def initiate(visit: Visit) -> Response:
    """A link of the provider starts a sign-in (Core 4): only of the provider this app trusts."""
    query = visit.request.query_params
    if query.get("iss", visit.party.provider.issuer) != visit.party.provider.issuer:
        return _remember(visit, Refusal(errors_explained.ISSUER_WRONG))
    hint = query.get("login_hint")
    return await _leave_to_sign_in(visit, {"login_hint": hint} if hint else {})


async def sign_in(visit: Visit) -> Response:
    """Off to the provider, asking in the way that the pressed button names."""
    parameters = REQUESTS.get(str(visit.form.get("how", "plain")))
    if parameters is None:
        raise HTTPException(404)
    return await _leave_to_sign_in(visit, parameters)


async def callback(visit: Visit) -> Response:
    """Back from the provider, with a code or an error."""
    try:
        answer = dict(visit.request.query_params)
        known = await visit.party.provider.finish(visit.client, visit.visitor, answer, visit.at)
    except Refusal as refusal:
        if refusal.problem.code == errors_explained.STATE_UNKNOWN:
            return visit.party.pages.problem(visit.client, refusal.problem, visit.form_token)
        return _remember(visit, refusal)
    visit.visitor.signed_in[visit.client.slug] = known
    visit.party.visitors.rename(visit.visitor)
    return _to_app(visit)


async def refresh(visit: Visit) -> Response:
    """Use the refresh token and show the new ID token beside the old one."""
    if visit.signed_in is None:
        return _to_app(visit)
    try:
        known = await visit.party.provider.refresh(visit.client, visit.signed_in, visit.at)
    except Refusal as refusal:
        return _remember(visit, refusal)
    visit.visitor.problems.pop(visit.client.slug, None)
    visit.visitor.signed_in[visit.client.slug] = known
    return _to_app(visit)


async def sign_out(visit: Visit) -> Response:
    """Forget the person here, then end the provider's session too."""
    known = visit.visitor.signed_in.pop(visit.client.slug, None)
    visit.visitor.problems.pop(visit.client.slug, None)
    if known is None:
        return _to_app(visit)
    try:
        return _see_other(await visit.party.provider.leave(visit.client, visit.visitor, known))
    except Refusal as refusal:
        return _remember(visit, refusal)


async def signed_out(visit: Visit) -> Response:
    """Back from the provider after signing out; only its `state` tells that this was asked for here."""
    state = visit.request.query_params.get("state")
    everywhere = state is not None and visit.visitor.leaving.get(visit.client.slug) == state
    return visit.party.pages.signed_out(visit.client, visit.form_token, everywhere=everywhere)


async def front_channel_logout(request: Request) -> Response:
    """The provider's page after a sign-out, at whichever app, frames this (Front-Channel Logout 1.0).

    A frame on a page of another site brings no cookie, so the visitor is found by `sid`.
    """
    party: RelyingParty = request.app.state.party
    if request.query_params.get("iss") == party.provider.issuer:
        party.visitors.forget(request.path_params["slug"], request.query_params.get("sid", ""))
    return party.pages.told()


async def forget(visit: Visit) -> Response:
    """Sign out of this app alone: the next sign-in shows single sign-on."""
    visit.visitor.signed_in.pop(visit.client.slug, None)
    visit.visitor.problems.pop(visit.client.slug, None)
    return _to_app(visit)


async def _leave_to_sign_in(visit: Visit, parameters: Mapping[str, str]) -> Response:
    try:
        return _see_other(await visit.party.provider.begin(visit.client, visit.visitor, parameters))
    except Refusal as refusal:
        return _remember(visit, refusal)


def _remember(visit: Visit, refusal: Refusal) -> Response:
    """Keep the problem for the app's page, so that reloading it repeats nothing."""
    visit.visitor.problems[visit.client.slug] = refusal.problem
    return _to_app(visit)


def _to_app(visit: Visit) -> Response:
    return _see_other(f"/{visit.client.slug}")


def _see_other(url: str) -> Response:
    return RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})


async def _not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001  Starlette gives it
    pages: Pages = request.app.state.party.pages
    return pages.plain("There is no such page here", "The address may be mistyped.", 404)


async def _foreign_form(request: Request, error: Exception) -> Response:  # noqa: ARG001  Starlette gives it
    pages: Pages = request.app.state.party.pages
    words = "It was made for another visit, or this browser keeps no cookies. Nothing was changed."
    return pages.plain("That form is out of date", words, 403)


async def _fault(request: Request, error: Exception) -> Response:  # noqa: ARG001  Starlette gives it
    pages: Pages = request.app.state.party.pages
    return pages.plain("The demo app met a fault of its own", "Where it was started, its log tells more.", 500)
