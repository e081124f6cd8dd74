"""The first stage of an authorization request: who asks, and where the response may go. It decides where errors go.

Whatever else is wrong with the request, these faults come first, and they are a page (RFC 6749 4.1.2.1).
"""

from dataclasses import replace

from idp.oidc.client import Client
from idp.oidc.parameters import Parameters
from idp.oidc.response_type import answer_mode
from idp.oidc.scopes import OPENID
from idp.oidc.trusted_redirect import TrustedRedirect, Untrusted, UntrustedRedirect
from idp.values.ids import ClientId


def client_id_of(parameters: Parameters) -> ClientId:
    """The client that is named. Raises UntrustedRedirect: without a client there is nowhere to send an error."""
    if "client_id" in parameters.duplicates:
        raise UntrustedRedirect(Untrusted.CLIENT_REPEATED)
    client_id = parameters.one("client_id")
    if client_id is None:
        raise UntrustedRedirect(Untrusted.CLIENT_MISSING)
    return ClientId(client_id)


def redirect_of(parameters: Parameters, client: Client) -> TrustedRedirect:
    """Where the response to these parameters may go. Raises UntrustedRedirect, whatever else is wrong with them."""
    if "redirect_uri" in parameters.duplicates:
        raise UntrustedRedirect(Untrusted.REDIRECT_REPEATED)
    openid = any(OPENID in scope.split(" ") for scope in parameters.all("scope"))
    # of two states neither is the client's
    redirect = client.trusted_redirect(parameters.one("redirect_uri"), _sole(parameters, "state"), openid=openid)
    mode = answer_mode(_sole(parameters, "response_type"), _sole(parameters, "response_mode"), redirect.uri)
    return replace(redirect, mode=mode)


def _sole(parameters: Parameters, name: str) -> str | None:
    """The value; None where it was sent twice."""
    return None if name in parameters.duplicates else parameters.one(name)
