"""/logout (RP-Initiated Logout 1.0): asks where it must, signs out, and leads back where it may."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from idp.oidc.logout import LogoutRequest
from idp.oidc.parameters import Parameters
from idp.usecases.form_tokens import form_token, token_fits
from idp.usecases.services import Services
from idp.usecases.sign_out import AskFirst, SignedOutNow, asked_by, sign_out
from idp.web import cookies, responses
from idp.web.call import call_of
from idp.web.edges import Handler, PageError
from idp.web.error_page import ErrorKind, ErrorPage
from idp.web.forms import read_form, read_parameters
from idp.web.frame import app, bare_shell, visit_of
from idp.web.languages import UI_LOCALES, kept
from idp.web.shell import Shell
from idp.web.step_pages import with_cookies
from idp.web.views import FinishedPage, LogoutPage, ReturningPage, SignedOutPage

PURPOSE = "logout"
CARRIED = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")


def by_get(services: Services) -> Handler:
    """GET, by the app's link."""

    async def handler(request: Request) -> Response:
        parameters = Parameters.parse(request.scope["query_string"])
        return await _answered(services, request, parameters, confirmed=False)

    return handler


def by_post(services: Services) -> Handler:
    """POST by the app: it carries no Lax cookie, so the browser comes back by GET with the same parameters."""

    async def handler(request: Request) -> Response:
        parameters = await read_parameters(request)
        LogoutRequest.parse(parameters)
        carried = urlencode([pair for pair in parameters.pairs if pair[0] in {*CARRIED, UI_LOCALES}])
        return responses.see_other(services.settings.issuer.url(f"/logout?{carried}"))

    return handler


def confirmed(services: Services) -> Handler:
    """POST by our own page: `answer` is `sign_out` or `stay`."""

    async def handler(request: Request) -> Response:
        form, visit = await read_form(request), visit_of(services, request)
        if not await token_fits(services, visit, PURPOSE, form.text(Shell.CSRF_FIELD), request.url.path):
            call = call_of(request)
            shell = bare_shell(services)
            raise PageError(ErrorPage(shell=shell, kind=ErrorKind.REFUSED, reference=call.reference, at=call.at))
        if form.text("answer") == "sign_out":
            return await _answered(services, request, form.parameters, confirmed=True)
        client = await asked_by(services, LogoutRequest.parse(form.parameters))
        return responses.page(FinishedPage(shell=bare_shell(services, client)))

    return handler


async def _answered(services: Services, request: Request, parameters: Parameters, *, confirmed: bool) -> Response:
    outcome = await sign_out(
        services, LogoutRequest.parse(parameters), visit_of(services, request), confirmed=confirmed
    )
    match outcome:
        case AskFirst():
            asking = responses.page(_asking(services, parameters, outcome))
            return with_cookies(services, asking, outcome.cookies)
        case SignedOutNow():
            return _signed_out(services, request, outcome)


def _asking(services: Services, parameters: Parameters, outcome: AskFirst) -> LogoutPage:
    frame = bare_shell(services, outcome.client)
    shell = Shell(
        brand=frame.brand,
        app=frame.app,
        root=frame.root,
        action=services.settings.issuer.url(f"/logout/confirm{_query()}"),
        csrf=form_token(services, outcome.browser, PURPOSE),
    )
    return LogoutPage(shell=shell, carried=tuple(pair for pair in parameters.pairs if pair[0] in CARRIED))


def _signed_out(services: Services, request: Request, outcome: SignedOutNow) -> Response:
    issuer = services.settings.issuer
    if outcome.redirect is None or outcome.client is None:
        response = _told(services, request, outcome)
    elif request.method == "GET" and not outcome.frames:
        response = responses.see_other(outcome.redirect)
    else:
        shell = Shell(brand=bare_shell(services).brand, app=app(outcome.client, outcome.redirect), root=issuer.path)
        response = responses.framing(ReturningPage(shell=shell, target=outcome.redirect, frames=outcome.frames))
    cookies.clear(response, issuer, "session")
    return with_cookies(services, response, outcome.cookies)


def _told(services: Services, request: Request, outcome: SignedOutNow) -> Response:
    """Our own page. After a POST behind a redirect, so that a refresh posts nothing; GET then has nothing to ask.

    Where there are frames to load first, the page itself goes there.
    """
    shell = bare_shell(services, outcome.client)
    if request.method == "GET":
        return responses.framing(SignedOutPage(shell=shell, frames=outcome.frames))
    named = {"client_id": str(outcome.client.client_id)} if outcome.client else {}
    same = services.settings.issuer.url(f"/logout{_query(**named)}")
    if not outcome.frames:
        return responses.see_other(same)
    return responses.framing(SignedOutPage(shell=shell, frames=outcome.frames, same_by_get=same))


def _query(**named: str) -> str:
    query = urlencode(named | kept())
    return f"?{query}" if query else ""
