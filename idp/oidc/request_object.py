"""Request objects (RFC 9101, OIDC Core 6): parameters in a JWT that the client signed, by value or by reference.

Owns how one is found and what it must say. Only its own parameters count (RFC 9101 6.3): what stands beside it in the
request is no more than where a fault of the object may be told.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from idp.oidc.authorization_redirect import redirect_of
from idp.oidc.client import Client
from idp.oidc.errors import InvalidRequest, InvalidRequestObject, InvalidRequestUri, OAuthError
from idp.oidc.jwt_claims import SIGNATURE_ALGS, Unfit, UnverifiedJwt, check_audience, check_maker, check_times
from idp.oidc.parameters import MOST, Parameters
from idp.oidc.trusted_redirect import TrustedRedirect, Untrusted, UntrustedRedirect
from idp.values.ids import ClientId
from idp.values.issuer import Issuer

_TYPES = frozenset({None, "jwt", "oauth-authz-req+jwt"})  # RFC 9101 10.8.1; without one in OIDC
_OF_THE_JWT = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})  # RFC 7519 4.1
_BY_REFERENCE = ("request", "request_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByValue:
    """`request`: the JWT itself."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByReference:
    """`request_uri`: where it lies."""

    uri: str


def presented(parameters: Parameters) -> ByValue | ByReference | None:
    """The request object, if there is one. Raises InvalidRequest where there are two, or anything is repeated."""
    if not any(parameters.all(name) for name in _BY_REFERENCE):
        return None
    parameters.refuse_duplicates()
    text, uri = (parameters.one(name) for name in _BY_REFERENCE)
    if text is not None and uri is not None:  # OIDC Core 6.1, RFC 9101 5
        raise InvalidRequest("request and request_uri must not be used together")
    return ByValue(text=text) if uri is None and text is not None else ByReference(uri=uri or "")


def address(client: Client, uri: str) -> str:
    """What to fetch: one of the addresses that the client registered. Raises InvalidRequestUri (RFC 9101 10.4).

    Fragments count on neither side: they tell caches apart, and say nothing of the document (OIDC Core 6.2).
    """
    plain = uri.partition("#")[0]
    if not plain.startswith("https://") or plain not in {
        each.partition("#")[0] for each in client.metadata.request_uris
    }:
        raise InvalidRequestUri("this request_uri is not registered for the client")
    return plain


def parameters_of(client: Client, jwt: UnverifiedJwt, issuer: Issuer, at: datetime) -> Parameters:
    """What the client asks for, if its signature holds. Raises InvalidRequestObject.

    `iss` and `aud` are asked for although RFC 9101 4 and OIDC Core 6.1 say «should»: without them a JWT that the client
    made for another provider or another purpose would do.
    """
    registered = client.metadata.request_object_signing_alg
    if jwt.alg not in SIGNATURE_ALGS or registered not in {None, jwt.alg}:
        raise InvalidRequestObject("the request object is signed with an algorithm that is not allowed, or not at all")
    try:
        if jwt.typ not in _TYPES:
            raise Unfit("typ is another one")
        check_maker(jwt.claims, client.client_id)
        check_audience(jwt.claims, {str(issuer)})
        check_times(jwt.claims, at)
        return _parameters(jwt.claims, client.client_id)
    except Unfit as fault:
        raise InvalidRequestObject(f"the request object cannot be used: {fault}") from None


def way_back(outer: Parameters, client: Client, fault: OAuthError) -> TrustedRedirect:
    """Where a fault of the object is told: at a redirect_uri that the request itself names, and in no other place.

    Raises UntrustedRedirect.
    """
    try:
        if not outer.all("redirect_uri"):
            raise UntrustedRedirect(Untrusted.REDIRECT_MISSING)
        return redirect_of(outer, client)
    except UntrustedRedirect as untrusted:
        raise UntrustedRedirect(untrusted.reason, untrusted.received, because=fault) from None


def _parameters(claims: Mapping[str, object], client_id: ClientId) -> Parameters:
    if claims.get("sub") == client_id:  # RFC 9101 10.8: that would make a client assertion of it
        raise Unfit("sub is the client")
    if claims.get("client_id", client_id) != client_id:  # RFC 9101 6.3
        raise Unfit("client_id differs from the one outside")
    if not claims.keys().isdisjoint(_BY_REFERENCE):  # RFC 9101 4
        raise Unfit("it refers to another one")
    said = {name: value for name, value in claims.items() if name not in _OF_THE_JWT and value is not None}
    if len(said) > MOST:
        raise Unfit("there are too many parameters")
    pairs = {"client_id": str(client_id)} | {_plain(name): _plain(_text(value)) for name, value in said.items()}
    return Parameters(pairs=tuple(pairs.items()))


def _text(value: object) -> str:
    """As the parameter would be spelt (RFC 9101 4): `claims` as JSON, `max_age` in digits."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _plain(text: str) -> str:
    """As the syntax of forms has it: no NUL, nothing that UTF-8 cannot say. Raises Unfit."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Unfit("a parameter holds a character that no text has")
    return text
