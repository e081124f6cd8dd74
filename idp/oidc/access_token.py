"""The claims of a JWT access token (RFC 9068), unsigned, and the check of claims whose signature already held.

Whether the grant behind a token still stands is asked of storage; the claim `gid` names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from idp.oidc.client import Client
from idp.oidc.errors import InvalidToken
from idp.oidc.grant import GrantFacts
from idp.oidc.scopes import scope_text
from idp.values.ids import ClientId, GrantId
from idp.values.issuer import Issuer

LIFETIME = timedelta(minutes=10)
TYP = "at+jwt"  # RFC 9068 2.1

_FAR_FUTURE = 2**37  # seconds; the year 6325, within a datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token of ours whose signature, type, issuer and time are right; without `grant` it is a machine's own."""

    client_id: ClientId
    sub: str
    """The Subject Identifier, or the client id where a machine acts for itself."""
    jti: str
    scopes: tuple[str, ...]
    audience: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    grant: GrantId | None
    acr: str | None
    auth_time: datetime | None


def _claims(issuer: Issuer, client: Client, scopes: tuple[str, ...], jti: str, at: datetime) -> dict[str, object]:
    issued = int(at.timestamp())
    audience = client.access_token_audience(frozenset(scopes), issuer)
    claims: dict[str, object] = {
        "iss": str(issuer),
        "exp": issued + int(LIFETIME.total_seconds()),
        "aud": audience[0] if len(audience) == 1 else list(audience),
        "client_id": client.client_id,
        "iat": issued,
        "jti": jti,
    }
    return claims | ({"scope": scope_text(scopes)} if scopes else {})


def access_token_claims(
    *,
    issuer: Issuer,
    client: Client,
    grant: GrantFacts,
    scopes: tuple[str, ...],
    jti: str,
    at: datetime,
) -> dict[str, object]:
    """A person's token. `scopes` are this token's, which a refresh may have narrowed; `jti` is unguessable."""
    return _claims(issuer, client, scopes, jti, at) | {
        "sub": grant.authentication.sub,
        "acr": grant.authentication.acr,  # RFC 9068 2.2.1
        "auth_time": int(grant.authentication.auth_time.timestamp()),
        "gid": str(grant.grant),
    }


def machine_token_claims(
    *, issuer: Issuer, client: Client, scopes: tuple[str, ...], jti: str, at: datetime
) -> dict[str, object]:
    """A machine's own token: `sub` is the client id (RFC 9068 2.2), and there is no grant."""
    return _claims(issuer, client, scopes, jti, at) | {"sub": client.client_id}


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidToken("the access token is not valid", detail=f"{name} is no text")
    return value


def _instant(claims: Mapping[str, object], name: str) -> datetime:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _FAR_FUTURE:
        raise InvalidToken("the access token is not valid", detail=f"{name} is no instant")
    return datetime.fromtimestamp(value, UTC)


def _audience(claims: Mapping[str, object]) -> tuple[str, ...]:
    value = claims.get("aud")
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
        raise InvalidToken("the access token is not valid", detail="aud is neither text nor a list of texts")
    return tuple(cast("list[str]", values))


def _grant(claims: Mapping[str, object]) -> GrantId | None:
    if "gid" not in claims:
        return None
    try:
        return GrantId(UUID(_text(claims, "gid")))
    except ValueError:
        raise InvalidToken("the access token is not valid", detail="gid is no UUID") from None


def accepted(claims: Mapping[str, object], *, issuer: Issuer, audience: str | None, at: datetime) -> AccessToken:
    """The token behind claims whose signature held (RFC 9068 4). Raises InvalidToken.

    The keystore verified it as a token of type TYP, which an ID token or logout token is not (RFC 8725 3.11).
    `audience` None accepts any, for introspection.
    """
    if claims.get("iss") != issuer:
        raise InvalidToken("the access token is not valid", detail="another issuer")
    token = AccessToken(
        client_id=ClientId(_text(claims, "client_id")),
        sub=_text(claims, "sub"),
        jti=_text(claims, "jti"),
        scopes=tuple(_text(claims, "scope").split(" ")) if claims.get("scope") else (),
        audience=_audience(claims),
        issued_at=_instant(claims, "iat"),
        expires_at=_instant(claims, "exp"),
        grant=_grant(claims),
        acr=_text(claims, "acr") if "acr" in claims else None,
        auth_time=_instant(claims, "auth_time") if "auth_time" in claims else None,
    )
    if token.expires_at <= at:
        raise InvalidToken("the access token has expired")
    if audience is not None and audience not in token.audience:
        raise InvalidToken("the access token is meant for another audience")
    return token
