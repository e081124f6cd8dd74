"""The Authorization Response as a URL (RFC 6749 4.1.2, 4.1.2.1): code or error, with `state` byte for byte and `iss`.

Whether the browser is redirected there or led by a page is decided by the edge.
"""

from urllib.parse import quote

from idp.oidc.client import TrustedRedirect
from idp.oidc.errors import OAuthError
from idp.values.issuer import Issuer
from idp.values.secrets import Code


def with_query(uri: str, parameters: dict[str, str]) -> str:
    """The URI with parameters added to its own query, which stays as registered. A space becomes %20: all read that."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    if not query:
        return uri
    joint = "?" if "?" not in uri else "" if uri.endswith(("?", "&")) else "&"
    return f"{uri}{joint}{query}"


def _answer(redirect: TrustedRedirect, members: dict[str, str], issuer: Issuer) -> str:
    state = {} if redirect.state is None else {"state": redirect.state}  # RFC 6749 4.1.2: the exact value received
    return with_query(redirect.uri, members | state | {"iss": str(issuer)})  # RFC 9207 2: in errors too


def success(redirect: TrustedRedirect, code: Code, issuer: Issuer) -> str:
    """Where the browser takes the code. The URL holds a secret: never log it."""
    return _answer(redirect, {"code": code.expose()}, issuer)


def failure(redirect: TrustedRedirect, error: OAuthError, issuer: Issuer) -> str:
    """Where the browser takes the error."""
    return _answer(redirect, error.body(), issuer)
