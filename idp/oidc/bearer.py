"""The bearer token of a request to a protected resource (RFC 6750 2): in the header or a form, not in the query."""

import re

from idp.oidc.errors import InvalidBearerRequest, InvalidToken, MissingToken, Realm
from idp.oidc.parameters import Parameters
from idp.values.secrets import Token

_BEARER = re.compile(r"bearer +(?P<token>[A-Za-z0-9\-._~+/]+=*) *", re.IGNORECASE)  # RFC 6750 2.1, RFC 9110 11.1


class BearerToken(Token):
    """An access token as presented; masked wherever it is printed."""


def _in_header(header: str | None, realm: Realm) -> str | None:
    if header is None:
        return None
    match = _BEARER.fullmatch(header)
    if match is None:
        raise InvalidToken("the Authorization header holds no bearer token", realm=realm)
    return match["token"]


def bearer_token(
    header: str | None, form: Parameters | None, query: Parameters, realm: Realm = "userinfo"
) -> BearerToken:
    """The one token presented. `form` is the body of a POST that is one, None otherwise.

    Raises MissingToken, InvalidToken for another scheme, InvalidBearerRequest for a query or for two ways at once.
    """
    if query.all("access_token"):  # OAuth 2.1 5.1: a URL is logged
        raise InvalidBearerRequest("an access token must not stand in the query", realm=realm)
    in_form = form.all("access_token") if form else ()
    in_header = _in_header(header, realm)
    if len(in_form) + (in_header is not None) > 1:  # RFC 6750 2: not more than one method
        raise InvalidBearerRequest("an access token must be presented once", realm=realm)
    token = in_header or next(iter(in_form), None)
    if token is None:
        raise MissingToken("an access token is missing", realm=realm)
    return BearerToken(token)
