"""What token, introspection and revocation have in common: a form POST of a client, read into one value."""

from typing import Literal

from starlette.requests import Request

from idp.oidc.errors import InvalidClient
from idp.usecases.client_authentication import ClientCall
from idp.web.call import call_of
from idp.web.forms import read_parameters


async def client_call(request: Request, endpoint: Literal["token", "introspect", "revoke"]) -> ClientCall:
    """Raises FormError and InvalidRequest for the body, InvalidClient where the header came twice."""
    form = await read_parameters(request)
    call = call_of(request)
    headers = request.headers.getlist("authorization")
    if len(headers) > 1:  # RFC 6749 2.3: not more than one method in each request
        raise InvalidClient("client authentication failed", detail="two Authorization headers", header_used=True)
    return ClientCall(
        endpoint=endpoint,
        authorization=headers[0] if headers else None,
        form=form,
        origin=call.origin,
        at=call.at,
    )
