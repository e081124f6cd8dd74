"""The Authorization Response: code, tokens or error, with `state` byte for byte and `iss`, by one of three ways.

RFC 6749 4.1.2, 4.2.2; OAuth 2.0 Multiple Response Type Encoding Practices 2.1; OAuth 2.0 Form Post Response Mode 2.
Whether the browser is redirected there or led by a page is decided by the edge.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote

from idp.oidc.errors import OAuthError
from idp.oidc.response_type import ResponseMode
from idp.oidc.trusted_redirect import TrustedRedirect
from idp.values.issuer import Issuer

_NEVER_IN_A_QUERY = frozenset({"access_token", "id_token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationResponse:
    """Where the browser goes, what it takes there, and how. The members hold secrets: never log them."""

    redirect_uri: str
    mode: ResponseMode
    members: Mapping[str, str] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuses a token in a query, where servers and proxies would log it (Multiple Response Types 3, 5)."""
        if self.mode == "query" and _NEVER_IN_A_QUERY & set(self.members):
            raise ValueError("a token never stands in a query")

    @property
    def url(self) -> str:
        """The address that says it all. Raises ValueError for form_post, where nothing stands in the address."""
        if self.mode == "form_post":
            raise ValueError("a form_post response is posted")
        if self.mode == "query":
            return with_query(self.redirect_uri, self.members)
        return f"{self.redirect_uri}#{_encoded(self.members)}"

    def stored(self) -> bytes:
        """What a finished Interaction keeps, sealed."""
        return json.dumps([self.redirect_uri, self.mode, dict(self.members)], separators=(",", ":")).encode()

    @classmethod
    def restored(cls, octets: bytes) -> Self:
        """The inverse of `stored`."""
        redirect_uri, mode, members = json.loads(octets)
        return cls(redirect_uri=redirect_uri, mode=mode, members=members)


def with_query(uri: str, parameters: Mapping[str, str]) -> str:
    """The URI with parameters added to its own query, which stays as registered."""
    query = _encoded(parameters)
    if not query:
        return uri
    joint = "?" if "?" not in uri else "" if uri.endswith(("?", "&")) else "&"
    return f"{uri}{joint}{query}"


def success(redirect: TrustedRedirect, members: Mapping[str, str], issuer: Issuer) -> AuthorizationResponse:
    """Code and tokens, under their names in the response."""
    return _answer(redirect, members, issuer)


def failure(redirect: TrustedRedirect, error: OAuthError, issuer: Issuer) -> AuthorizationResponse:
    """The error, by the same way as the answer would have come."""
    return _answer(redirect, error.body(), issuer)


def _answer(redirect: TrustedRedirect, members: Mapping[str, str], issuer: Issuer) -> AuthorizationResponse:
    state = {} if redirect.state is None else {"state": redirect.state}  # RFC 6749 4.1.2: the exact value received
    return AuthorizationResponse(
        redirect_uri=redirect.uri,
        mode=redirect.mode,
        members={**members, **state, "iss": str(issuer)},  # RFC 9207 2: in errors too
    )


def _encoded(parameters: Mapping[str, str]) -> str:
    """As application/x-www-form-urlencoded; a space becomes %20: all read that, in queries and fragments alike."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
