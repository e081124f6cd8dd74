"""Which client is calling, and whether it proves it (RFC 6749 2.3): `none`, client_secret_basic, client_secret_post.

Owns reading and comparing; fetching the client between the two is the use case's part. An assertion is only found here;
what it must say stands in client_assertion.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import NoReturn

from idp.oidc.client import AuthMethod, Client
from idp.oidc.client_assertion import JWT_BEARER
from idp.oidc.errors import InvalidClient, InvalidRequest
from idp.oidc.parameters import Parameters, decoded
from idp.values.entropy import Entropy, unguessable
from idp.values.ids import ClientId
from idp.values.secrets import ClientAssertion, ClientSecret, Digest

METHODS = (
    AuthMethod.CLIENT_SECRET_BASIC,
    AuthMethod.CLIENT_SECRET_POST,
    AuthMethod.CLIENT_SECRET_JWT,
    AuthMethod.PRIVATE_KEY_JWT,
    AuthMethod.NONE,
)

_NO_SECRET = Digest(bytes(Digest.LENGTH))
"""Compared with where a client has fewer than two secrets; nothing is known to hash to it."""

_COMPARISONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client presented, in exactly one way."""

    client_id: ClientId
    method: AuthMethod
    secret: ClientSecret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """What a client presented: an assertion, and its name beside it or not (RFC 7521 4.2)."""

    assertion: ClientAssertion
    client_id: str | None


def new_secret(entropy: Entropy) -> ClientSecret:
    """A secret of 256 random bits in unreserved characters, so that clients that forget to escape it work too."""
    return ClientSecret(unguessable(entropy))


def secret_digest(secret: ClientSecret) -> Digest:
    """The stored form. High entropy needs no slow hash."""
    return Digest(sha256(secret.expose().encode()).digest())


def _refuse(detail: str, *, header_used: bool) -> NoReturn:
    raise InvalidClient("client authentication failed", detail=detail, header_used=header_used)


def _from_header(header: str) -> Credentials:
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":  # RFC 7617 2: the scheme is case-insensitive
        _refuse("the Authorization header is not Basic", header_used=True)
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip().encode("ascii"), validate=True).partition(b":")
        # RFC 6749 2.3.1: id and secret are form-urlencoded before they are joined
        credentials = Credentials(
            client_id=ClientId(decoded(client_id)),
            method=AuthMethod.CLIENT_SECRET_BASIC,
            secret=ClientSecret(decoded(secret)),
        )
    except (binascii.Error, UnicodeEncodeError, InvalidRequest):
        _refuse("the Authorization header is malformed", header_used=True)
    if not colon:
        _refuse("the Authorization header has no colon", header_used=True)
    return credentials


def presented(headers: tuple[str, ...], form: Parameters) -> Credentials | Asserted:
    """The credentials of header and form body. Raises InvalidClient, or InvalidRequest where a field is repeated."""
    if len(headers) > 1:  # RFC 6749 2.3: not more than one method in each request
        _refuse("two Authorization headers", header_used=True)
    header = next(iter(headers), None)
    client_id, secret = form.one("client_id"), form.one("client_secret")
    asserts = bool(form.one("client_assertion") or form.one("client_assertion_type"))
    if sum((header is not None, secret is not None, asserts)) > 1:  # RFC 6749 2.3
        _refuse("two authentication methods at once", header_used=header is not None)
    if asserts:
        return _asserted(form, client_id)
    if header is not None:
        credentials = _from_header(header)
        if client_id is not None and client_id != credentials.client_id:
            _refuse("client_id differs from the Authorization header", header_used=True)
        return credentials
    if client_id is None:
        _refuse("no client named itself", header_used=False)
    method = AuthMethod.NONE if secret is None else AuthMethod.CLIENT_SECRET_POST
    return Credentials(
        client_id=ClientId(client_id), method=method, secret=None if secret is None else ClientSecret(secret)
    )


def _asserted(form: Parameters, client_id: str | None) -> Asserted:
    assertion = form.one("client_assertion")
    if assertion is None or form.one("client_assertion_type") != JWT_BEARER:  # RFC 7523 2.2
        _refuse("no assertion of a known type", header_used=False)
    return Asserted(assertion=ClientAssertion(assertion), client_id=client_id)


def _secret_fits(client: Client | None, secret: ClientSecret | None) -> bool:
    """One hash and two comparisons, whether the client is known or not."""
    stored = (client.secrets if client else ())[:_COMPARISONS]
    known = (*stored, *(_NO_SECRET,) * (_COMPARISONS - len(stored)))
    presented_digest = secret_digest(secret or ClientSecret(""))
    fits = [hmac.compare_digest(presented_digest.octets, digest.octets) for digest in known]
    return any(fits) and secret is not None and secret != ClientSecret("")


def authenticated(client: Client | None, credentials: Credentials) -> Client:
    """The client, proven. Raises InvalidClient, always with the same text; the detail says which check failed."""
    header_used = credentials.method is AuthMethod.CLIENT_SECRET_BASIC
    fits = _secret_fits(client, credentials.secret)
    if client is None or client.client_id != credentials.client_id:
        _refuse("unknown client", header_used=header_used)
    if client.auth_method is not credentials.method:  # RFC 7591 2: the method it registered, no other
        _refuse("a method that is not registered", header_used=header_used)
    if not client.public and not fits:
        _refuse("wrong secret", header_used=header_used)
    if not client.active:
        _refuse("the client is disabled", header_used=header_used)
    return client
