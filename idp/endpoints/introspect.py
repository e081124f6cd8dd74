"""The introspection endpoint (RFC 7662 2)."""

from starlette.requests import Request
from starlette.responses import Response

from idp.endpoints.calls import client_call
from idp.usecases.introspection import introspected
from idp.usecases.services import Services
from idp.web.edges import Handler
from idp.web.responses import json_response


def handler(services: Services) -> Handler:
    """POST."""

    async def introspect(request: Request) -> Response:
        return json_response(await introspected(services, await client_call(request, "introspect")))

    return introspect
