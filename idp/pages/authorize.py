"""/authorize (OIDC Core 3.1.2): a request comes by GET with its browser's cookies, or by another site's POST."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from idp.oidc.parameters import Parameters
from idp.oidc.trusted_redirect import UntrustedRedirect
from idp.usecases.authorization import authorize, bind, receive
from idp.usecases.outcome import Leave
from idp.usecases.services import Services
from idp.usecases.sign_in import look
from idp.web import responses
from idp.web.call import call_of
from idp.web.edges import Handler, PageError
from idp.web.error_page import DeveloperNote, ErrorKind, ErrorPage
from idp.web.forms import read_parameters
from idp.web.frame import bare_shell, visit_of
from idp.web.languages import UI_LOCALES, asked, kept_after
from idp.web.step_pages import answer, first_page, interaction_of, leave, leave_straight, with_cookies


def by_get(services: Services) -> Handler:
    """GET: the only request that redirects straight to the app."""

    async def handler(request: Request) -> Response:
        parameters = Parameters.parse(request.scope["query_string"])
        try:
            outcome = await authorize(services, parameters, visit_of(services, request))
        except UntrustedRedirect as fault:
            raise _not_set_up(services, request, parameters, fault) from None
        if isinstance(outcome, Leave):
            return leave_straight(services, outcome)
        return first_page(services, outcome)

    return handler


def by_post(services: Services) -> Handler:
    """POST: usually from another site, so without cookies. Kept, and bound to the browser when it comes back by GET."""

    async def handler(request: Request) -> Response:
        parameters = await read_parameters(request)
        asked(next(iter(parameters.all(UI_LOCALES)), ""))
        try:
            outcome = await receive(services, parameters, visit_of(services, request))
        except UntrustedRedirect as fault:
            raise _not_set_up(services, request, parameters, fault) from None
        return leave(services, outcome) if isinstance(outcome, Leave) else first_page(services, outcome)

    return handler


def begin(services: Services) -> Handler:
    """GET: where a posted request is bound to the browser that follows it, once.

    Straight on to the app where no page is needed: this chain began at the app's own form, not at one of ours.
    """

    async def handler(request: Request) -> Response:
        interaction = interaction_of(request)
        bound = await bind(services, interaction, visit_of(services, request))
        reference = quote(request.query_params.get("app", ""), safe="")
        here = responses.see_other(
            services.settings.issuer.url(f"/interaction/{interaction}?{kept_after(f'app={reference}')}")
        )
        return with_cookies(services, leave_straight(services, bound.leave) if bound.leave else here, bound.cookies)

    return handler


def resume(services: Services) -> Handler:
    """GET: wherever the sign-in stands."""

    async def handler(request: Request) -> Response:
        return await answer(
            services, request, await look(services, interaction_of(request), visit_of(services, request))
        )

    return handler


def _not_set_up(services: Services, request: Request, parameters: Parameters, fault: UntrustedRedirect) -> PageError:
    """A page and no redirect: nobody knows where one would lead (RFC 6749 4.1.2.1)."""
    call = call_of(request)
    note = DeveloperNote(
        error=fault.code,
        description=fault.description,
        at=call.at,
        client_id=next(iter(parameters.all("client_id")), None),
        redirect_uri=next(iter(parameters.all("redirect_uri")), None),
    )
    return PageError(
        ErrorPage(
            shell=bare_shell(services),
            kind=ErrorKind.UNSAFE_LINK,
            reference=call.reference,
            developer=note,
            at=call.at,
        )
    )
