"""«Not you? Secure my account»: what the link in a mail leads to. It asks before it acts."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from idp.usecases.mailing import SECURE
from idp.usecases.refused_links import DeadLink
from idp.usecases.secure_account import Mine, look, secure
from idp.usecases.services import Services
from idp.web.asides import Aside, aside_of
from idp.web.edges import Handler
from idp.web.error_page import ErrorKind
from idp.web.forgot_views import DeadLinkPage, SecureAccountPage, SecuredPage
from idp.web.frame import visit_of

DONE = f"{SECURE}/done"
TIME_TO_READ = timedelta(minutes=30)


def shown(services: Services) -> Handler:
    """GET: with the secret, by the mail; without, by ourselves."""

    async def handler(request: Request) -> Response:
        aside = await aside_of(services, request)
        if (onward := aside.taken_out(SECURE, TIME_TO_READ)) is not None:
            return onward
        return _page(aside, await look(services, visit_of(services, request), aside.secret))

    return handler


def submitted(services: Services) -> Handler:
    """POST, without a field."""

    async def handler(request: Request) -> Response:
        aside = await aside_of(services, request)
        await aside.form(SECURE)
        dead = await secure(services, visit_of(services, request), aside.secret)
        return aside.done_with(DONE) if dead is None else _page(aside, dead)

    return handler


def done(services: Services) -> Handler:
    """GET, after the form: a refresh changes nothing."""

    async def handler(request: Request) -> Response:
        aside = await aside_of(services, request)
        forgot = aside.url("/forgot") if services.mailer else None
        return aside.page(SecuredPage(shell=aside.shell(DONE), forgot_url=forgot))

    return handler


def _page(aside: Aside, outcome: Mine | DeadLink) -> Response:
    shell = aside.shell(SECURE)
    match outcome:
        case Mine(username=username, address=address):
            return aside.page(SecureAccountPage(shell=shell, username=username, address=address))
        case DeadLink(until=None):
            return aside.page(DeadLinkPage(shell=shell, forgot_url=None))
        case DeadLink(until=until):
            raise aside.refused(ErrorKind.TOO_MANY, until)
