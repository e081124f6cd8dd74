"""The userinfo endpoint (OIDC Core 5.3): GET or POST, the token in the header or, in a POST, in the form."""

from starlette.requests import Request
from starlette.responses import Response

from idp.oidc.bearer import bearer_token
from idp.oidc.errors import InvalidBearerRequest
from idp.oidc.parameters import Parameters
from idp.usecases.services import Services
from idp.usecases.userinfo import claims
from idp.web.call import call_of
from idp.web.edges import Handler
from idp.web.forms import MEDIA_TYPE, read_parameters
from idp.web.responses import JSON_HEADERS, json_response


def handler(services: Services) -> Handler:
    """GET and POST."""

    async def userinfo(request: Request) -> Response:
        query = Parameters.parse(request.scope["query_string"])
        headers = request.headers.getlist("authorization")
        if len(headers) > 1:  # RFC 6750 2: not more than one method
            raise InvalidBearerRequest("an access token must be presented once")
        token = bearer_token(next(iter(headers), None), await _form(request), query)
        told = await claims(services, token, call_of(request).at)
        if isinstance(told, str):
            return Response(told, headers=JSON_HEADERS, media_type="application/jwt")  # OIDC Core 5.3.2
        return json_response(told)

    return userinfo


async def _form(request: Request) -> Parameters | None:
    """The body of a POST that is a form; one with the token in the header often has no body, and any type or none."""
    form = request.headers.get("content-type", "").lower().startswith(MEDIA_TYPE)
    return await read_parameters(request) if form and request.method == "POST" else None
