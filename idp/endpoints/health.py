"""/healthz: this process runs. /readyz: it can do its work. One line of text each, nothing about anybody."""

from starlette.requests import Request
from starlette.responses import Response

from idp.usecases.health import missing
from idp.usecases.services import Services
from idp.web.edges import Handler
from idp.web.responses import text_response

UNREADY = 503


async def healthz(_: Request) -> Response:
    """The process answers; it asks nobody."""
    return text_response("ok\n")


def readyz(services: Services) -> Handler:
    """Database and keys."""

    async def ready(_: Request) -> Response:
        lacking = await missing(services)
        if lacking:
            return text_response(f"missing: {', '.join(lacking)}\n", UNREADY, {"Retry-After": "2"})
        return text_response("ok\n")

    return ready
