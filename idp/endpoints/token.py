"""The token endpoint (RFC 6749 3.2): POST, a form, JSON back, never stored."""

from starlette.requests import Request
from starlette.responses import Response

from idp.endpoints.calls import client_call
from idp.usecases.services import Services
from idp.usecases.token import tokens
from idp.web.edges import Handler
from idp.web.responses import json_response


def handler(services: Services) -> Handler:
    """POST."""

    async def token(request: Request) -> Response:
        return json_response(await tokens(services, await client_call(request, "token")))

    return token
