"""A passkey in place of name and password: the sign-in page asks for it, and posts its answer here."""

from starlette.requests import Request
from starlette.responses import Response

from idp.usecases.passkey import sign_in_by_passkey
from idp.usecases.services import Services
from idp.web.edges import Handler
from idp.web.step_pages import answer, submission


def submitted(services: Services) -> Handler:
    """POST: `credential`. What was wrong with it is said on the sign-in page."""

    async def handler(request: Request) -> Response:
        sent = await submission(services, request)
        text = sent.form.text("credential")
        return await answer(services, request, await sign_in_by_passkey(services, sent.interaction, sent.visit, text))

    return handler
