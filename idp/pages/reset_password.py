"""What a mailed link leads to: its secret leaves the address at once, then a new password is asked for.

Looking spends nothing, since programs that scan mails look too; only the form does.
"""

from starlette.requests import Request
from starlette.responses import Response

from idp.authenticators.password import prepared
from idp.usecases.management import Refused
from idp.usecases.password_reset import LINK, LINK_LIVES, LiveLink, choose, look, waiting
from idp.usecases.refused_links import DeadLink
from idp.usecases.services import Services
from idp.web.asides import Aside, aside_of
from idp.web.edges import Handler
from idp.web.error_page import ErrorKind
from idp.web.forgot_views import DeadLinkPage, ResetDonePage, ResetPasswordPage
from idp.web.frame import visit_of
from idp.web.shell import FieldError

DONE = f"{LINK}/done"


def shown(services: Services) -> Handler:
    """GET: with the secret, by the mail; without, by ourselves."""

    async def handler(request: Request) -> Response:
        aside = await aside_of(services, request)
        if (onward := aside.taken_out(LINK, LINK_LIVES)) is not None:
            return onward
        return _page(aside, await look(services, visit_of(services, request), aside.secret))

    return handler


def submitted(services: Services) -> Handler:
    """POST: `new_password`."""

    async def handler(request: Request) -> Response:
        aside = await aside_of(services, request)
        new, visit = prepared((await aside.form(LINK)).text("new_password")), visit_of(services, request)
        try:
            outcome = await choose(services, visit, aside.secret, new)
        except Refused as refusal:
            wrong = FieldError(field="new_password", message=str(refusal))
            return _page(aside, await look(services, visit, aside.secret), wrong)
        return _page(aside, outcome) if isinstance(outcome, DeadLink) else aside.done_with(DONE)

    return handler


def done(services: Services) -> Handler:
    """GET, after the form: a refresh changes nothing."""

    async def handler(request: Request) -> Response:
        aside = await aside_of(services, request)
        waits = await waiting(services, visit_of(services, request), aside.sign_in)
        return aside.page(ResetDonePage(shell=aside.shell(DONE), sign_in_url=aside.sign_in_url if waits else None))

    return handler


def _page(aside: Aside, outcome: LiveLink | DeadLink, *errors: FieldError) -> Response:
    shell = aside.shell(LINK, *errors)
    match outcome:
        case LiveLink(username=username, minimum=minimum):
            return aside.page(ResetPasswordPage(shell=shell, username=username, minimum=minimum))
        case DeadLink(until=None):
            return aside.page(DeadLinkPage(shell=shell, forgot_url=aside.url("/forgot")))
        case DeadLink(until=until):
            raise aside.refused(ErrorKind.TOO_MANY, until)
