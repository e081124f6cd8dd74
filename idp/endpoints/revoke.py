"""The revocation endpoint (RFC 7009 2): an empty 200, also for a token that nobody knows."""

from starlette.requests import Request
from starlette.responses import Response

from idp.endpoints.calls import client_call
from idp.usecases import revocation
from idp.usecases.services import Services
from idp.web.edges import Handler


def handler(services: Services) -> Handler:
    """POST."""

    async def revoke(request: Request) -> Response:
        await revocation.revoke(services, await client_call(request, "revoke"))
        return Response()

    return revoke
