"""Client assertions (RFC 7523 2.2, OIDC Core 9): `private_key_jwt`, and `client_secret_jwt` with the shared secret.

Owns what an assertion must say. Whether its signature holds is the keystore's part, that it comes once the database's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal

from idp.oidc.client import AuthMethod, Client
from idp.oidc.errors import InvalidClient
from idp.oidc.jwt_claims import (
    LEEWAY,
    SIGNATURE_ALGS,
    Unfit,
    UnverifiedJwt,
    check_audience,
    check_maker,
    check_times,
    numeric_date,
)
from idp.values.ids import ClientId
from idp.values.issuer import Issuer
from idp.values.secrets import Digest

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

METHOD_ALGS: Mapping[AuthMethod, tuple[str, ...]] = {
    AuthMethod.CLIENT_SECRET_JWT: ("HS256",),  # our secrets have 256 bits: too short for more (RFC 7518 3.2)
    AuthMethod.PRIVATE_KEY_JWT: SIGNATURE_ALGS,
}
"""What each of the two methods may be signed with."""

LONGEST_LIFE = timedelta(hours=1)
"""From now to `exp`: libraries make them for a minute to an hour."""

_TYPES = frozenset({None, "jwt", "client-authentication+jwt"})
_OF_A_REQUEST = frozenset({"response_type", "redirect_uri"})

Endpoint = Literal["token", "introspect", "revoke"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """What must be remembered of an assertion so that it works once."""

    jti: Digest
    until: datetime
    """Afterwards it has expired for anybody's clock."""


def maker_named(jwt: UnverifiedJwt, client_id: str | None) -> ClientId:
    """The client that an assertion speaks of, and the form where it does (RFC 7521 4.2). Raises InvalidClient."""
    subject = jwt.claims.get("sub")
    if not isinstance(subject, str) or not subject.isascii() or not subject.isprintable():
        raise refusal("the assertion names no client")
    if client_id not in {None, subject}:
        raise refusal("client_id differs from the assertion")
    return ClientId(subject)


def accepted(
    client: Client | None, jwt: UnverifiedJwt, issuer: Issuer, endpoint: Endpoint, at: datetime
) -> tuple[Client, Once]:
    """Whom it proves if its signature holds, and what must be remembered then. Raises InvalidClient."""
    if client is None:
        raise refusal("unknown client")
    if client.auth_method not in METHOD_ALGS:  # RFC 7591 2: the method it registered, no other
        raise refusal("a method that is not registered")
    if not client.active:
        raise refusal("the client is disabled")
    if jwt.alg not in algorithms(client):
        raise refusal("an algorithm that is not allowed")
    if jwt.typ not in _TYPES:
        raise refusal("a JWT of another type")
    try:
        return client, _checked(client.client_id, jwt.claims, audiences(issuer, endpoint), at)
    except Unfit as fault:
        raise refusal(f"assertion: {fault}") from None


def algorithms(client: Client) -> tuple[str, ...]:
    """Those of its method, or the one that it registered."""
    registered = client.metadata.token_endpoint_auth_signing_alg
    return tuple(alg for alg in METHOD_ALGS[client.auth_method] if registered in {None, alg})


def audiences(issuer: Issuer, endpoint: Endpoint) -> frozenset[str]:
    """RFC 7523 3, OIDC Core 9: the issuer, the token endpoint, or the endpoint that it was sent to."""
    return frozenset({str(issuer), issuer.url("/token"), issuer.url(f"/{endpoint}")})


def refusal(detail: str) -> InvalidClient:
    """Always with the same text (RFC 6749 5.2); the detail says which check failed."""
    return InvalidClient("client authentication failed", detail=detail)


def _checked(client_id: ClientId, claims: Mapping[str, object], audience: frozenset[str], at: datetime) -> Once:
    check_maker(claims, client_id)
    if claims.get("sub") != client_id:
        raise Unfit("sub is not the client")
    if not _OF_A_REQUEST.isdisjoint(claims):  # RFC 9101 10.8: it passed through a browser, and may have been seen there
        raise Unfit("it is a request object")
    check_audience(claims, audience)
    check_times(claims, at)
    ends, jti = numeric_date(claims, "exp"), claims.get("jti")
    if ends is None:
        raise Unfit("exp is missing")
    if ends > (at + LONGEST_LIFE + LEEWAY).timestamp():
        raise Unfit("exp lies too far ahead")
    if not isinstance(jti, str) or not jti:
        raise Unfit("jti is missing")
    until = datetime.fromtimestamp(ends, UTC) + LEEWAY
    return Once(jti=Digest(sha256(jti.encode(errors="surrogatepass")).digest()), until=until)
