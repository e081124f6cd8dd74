"""What token, introspection and revocation have in common: a form POST of a client, read into one value."""

from starlette.requests import Request

from idp.oidc.client_assertion import Endpoint
from idp.usecases.client_authentication import ClientCall
from idp.web.call import call_of
from idp.web.forms import read_parameters


async def client_call(request: Request, endpoint: Endpoint) -> ClientCall:
    """Raises FormError and InvalidRequest for the body."""
    form = await read_parameters(request)
    call = call_of(request)
    return ClientCall(
        endpoint=endpoint,
        authorization=tuple(request.headers.getlist("authorization")),
        form=form,
        origin=call.origin,
        at=call.at,
    )
