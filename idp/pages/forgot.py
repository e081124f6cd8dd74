"""«Forgot your password?»: a name or an address is typed, and the answer is the same whoever has it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from idp.usecases.password_reset import LINK, LINK_LIVES, AskedTooOften, ask
from idp.usecases.services import Services
from idp.web import responses
from idp.web.asides import aside_of
from idp.web.edges import Handler
from idp.web.error_page import ErrorKind
from idp.web.forgot_views import ForgotPage, ForgotSentPage
from idp.web.frame import visit_of
from idp.web.shell import FieldError
from idp.words import field_errors

PATH = "/forgot"
SENT = f"{PATH}/sent"


def shown(services: Services) -> Handler:
    """GET. There is no such page where no mail can be sent."""

    async def handler(request: Request) -> Response:
        if services.mailer is None:
            raise HTTPException(404)
        aside = await aside_of(services, request)
        return aside.page(ForgotPage(shell=aside.shell(PATH), back_url=aside.sign_in_url))

    return handler


def submitted(services: Services) -> Handler:
    """POST: `username`."""

    async def handler(request: Request) -> Response:
        aside = await aside_of(services, request)
        typed = (await aside.form(PATH)).text("username").strip()
        if not typed:
            missing = FieldError(field="username", message=field_errors.username_missing())
            return aside.page(ForgotPage(shell=aside.shell(PATH, missing), back_url=aside.sign_in_url))
        outcome = await ask(services, visit_of(services, request), typed, aside.url(LINK))
        if isinstance(outcome, AskedTooOften):
            raise aside.refused(ErrorKind.TOO_MANY, outcome.until)
        return responses.see_other(aside.url(SENT))

    return handler


def sent(services: Services) -> Handler:
    """GET, after the form: a refresh asks for nothing."""

    async def handler(request: Request) -> Response:
        aside = await aside_of(services, request)
        minutes = int(LINK_LIVES.total_seconds() // 60)
        return aside.page(ForgotSentPage(shell=aside.shell(SENT), minutes=minutes, back_url=aside.sign_in_url))

    return handler
