"""Tokens as an answer says them: of the token endpoint (RFC 6749 5.1, OIDC Core 3.1.3.3) and through the browser."""

from idp.oidc.access_token import LIFETIME
from idp.oidc.scopes import scope_text
from idp.values.secrets import RefreshToken


def token_response(
    access_token: str,
    scopes: tuple[str, ...],
    *,
    id_token: str | None = None,
    refresh_token: RefreshToken | None = None,
) -> dict[str, object]:
    """The JSON members, secrets in clear: never log them. `scope` is said also where nothing was dropped."""
    members: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
    }
    if scopes:
        members["scope"] = scope_text(scopes)
    if id_token is not None:
        members["id_token"] = id_token
    if refresh_token is not None:
        members["refresh_token"] = refresh_token.expose()
    return members


def front_channel_members(scopes: tuple[str, ...], *, access_token: str | None, id_token: str | None) -> dict[str, str]:
    """The tokens of an authorization response (RFC 6749 4.2.2, OIDC Core 3.2.2.5): never a refresh token."""
    if access_token is not None:
        return {name: str(value) for name, value in token_response(access_token, scopes, id_token=id_token).items()}
    return {} if id_token is None else {"id_token": id_token}
