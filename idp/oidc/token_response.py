"""The successful answer of the token endpoint (RFC 6749 5.1, OIDC Core 3.1.3.3)."""

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
