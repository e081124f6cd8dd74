"""What introspection answers (RFC 7662 2.2), and to whom."""

from datetime import datetime

from idp.oidc.access_token import AccessToken
from idp.oidc.client import Client
from idp.oidc.errors import InvalidClient
from idp.oidc.grant import RefreshFacts
from idp.oidc.scopes import scope_text
from idp.values.issuer import Issuer

INACTIVE: dict[str, object] = {"active": False}
"""The whole answer for unknown, expired, revoked and not yours (RFC 7662 2.2)."""


def caller(client: Client) -> Client:
    """The client, if it may ask: one that proved itself by a secret (RFC 7662 2.1). Raises InvalidClient."""
    if client.public:
        raise InvalidClient("introspection needs client authentication")
    return client


def may_see(client: Client, token: AccessToken) -> bool:
    """The client it was issued to, and those that it is meant for."""
    return client.client_id == token.client_id or client.client_id in token.audience


def of_access_token(token: AccessToken, issuer: Issuer) -> dict[str, object]:
    """The members for a token that still stands."""
    members: dict[str, object] = {
        "active": True,
        "token_type": "Bearer",
        "iss": str(issuer),
        "client_id": token.client_id,
        "sub": token.sub,
        "aud": token.audience[0] if len(token.audience) == 1 else list(token.audience),
        "scope": scope_text(token.scopes),
        "jti": token.jti,
        "iat": int(token.issued_at.timestamp()),
        "exp": int(token.expires_at.timestamp()),
    }
    if token.acr is not None and token.auth_time is not None:  # RFC 9470 6.2
        members |= {"acr": token.acr, "auth_time": int(token.auth_time.timestamp())}
    return members


def of_refresh_token(facts: RefreshFacts | None, client: Client, issuer: Issuer, at: datetime) -> dict[str, object]:
    """The answer about a refresh token: only its own client sees it, and a superseded one is over."""
    if facts is None or facts.grant.client_id != client.client_id or facts.superseded_at is not None:
        return INACTIVE
    if facts.expiry.passed(at) or not facts.grant.stands:
        return INACTIVE
    authentication = facts.grant.authentication
    return {
        "active": True,
        "iss": str(issuer),
        "client_id": client.client_id,
        "sub": authentication.sub,
        "scope": scope_text(facts.grant.scopes),
        "exp": int((facts.expiry.idle_at or facts.expiry.at).timestamp()),
        "acr": authentication.acr,
        "auth_time": int(authentication.auth_time.timestamp()),
    }
