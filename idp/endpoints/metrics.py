"""/metrics: for monitors alone, so it is answered on the address that the settings name for it and nowhere else."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from idp.telemetry import METRICS_TYPE
from idp.usecases.metrics import exposition
from idp.usecases.services import Services
from idp.web.edges import Handler

NOT_FOUND = 404


def handler(services: Services) -> Handler:
    """GET. The port that the request came in by decides, whatever `Host` says."""

    async def metrics(request: Request) -> Response:
        listen = services.settings.metrics_listen
        came_in_by = (request.scope.get("server") or ("", None))[1]
        if listen is None or came_in_by != listen.port:
            raise HTTPException(NOT_FOUND)
        return Response(await exposition(services), headers={"Content-Type": METRICS_TYPE})

    return metrics
