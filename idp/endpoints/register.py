"""The registration endpoint (RFC 7591 3) and each client's own configuration endpoint (RFC 7592 2): JSON both ways."""

from starlette.requests import Request
from starlette.responses import Response

from idp.oidc.bearer import BearerToken, bearer_token
from idp.oidc.errors import InvalidBearerRequest, InvalidClientMetadata, MissingToken
from idp.oidc.parameters import Parameters
from idp.usecases import registration
from idp.usecases.registration import Body, RegistrationCall
from idp.usecases.services import Services
from idp.web.call import call_of
from idp.web.edges import Handler
from idp.web.forms import FormError, read_body
from idp.web.responses import json_response

CREATED, NO_CONTENT = 201, 204


def registering(services: Services) -> Handler:
    """POST of the registration endpoint."""

    async def register(request: Request) -> Response:
        return json_response(await registration.register(services, _call(request), _body_of(request)), CREATED)

    return register


def reading(services: Services) -> Handler:
    """GET of a client's own address."""

    async def read(request: Request) -> Response:
        return json_response(await registration.read(services, request.path_params["client_id"], _call(request)))

    return read


def updating(services: Services) -> Handler:
    """PUT."""

    async def update(request: Request) -> Response:
        call, body = _call(request), _body_of(request)
        return json_response(await registration.update(services, request.path_params["client_id"], call, body))

    return update


def deleting(services: Services) -> Handler:
    """DELETE."""

    async def delete(request: Request) -> Response:
        await registration.delete(services, request.path_params["client_id"], _call(request))
        return Response(status_code=NO_CONTENT)

    return delete


def _call(request: Request) -> RegistrationCall:
    call = call_of(request)
    return RegistrationCall(token=_token(request), origin=call.origin, at=call.at)


def _body_of(request: Request) -> Body:
    async def body() -> bytes:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise InvalidClientMetadata("the body is not application/json")
        try:
            return await read_body(request)
        except FormError as fault:  # too large or too slow; RFC 7591 3.2.2 has one code for whatever is wrong
            raise InvalidClientMetadata(str(fault)) from None

    return body


def _token(request: Request) -> BearerToken | None:
    headers = request.headers.getlist("authorization")
    if len(headers) > 1:  # RFC 6750 2: not more than one method
        raise InvalidBearerRequest("an access token must be presented once", realm="registration")
    query = Parameters.parse(request.scope["query_string"])
    try:
        return bearer_token(next(iter(headers), None), None, query, "registration")
    except MissingToken:
        return None
