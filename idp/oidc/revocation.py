"""Who may revoke a token (RFC 7009 2.1). Revoked is the grant of a person's token, or the `jti` of a machine's."""

from idp.oidc.client import Client
from idp.oidc.errors import UnauthorizedClient
from idp.values.ids import ClientId


def require_own(owner: ClientId, client: Client) -> None:
    """Raises UnauthorizedClient for another client's token, which stays valid; `owner` is the one it was issued to."""
    if owner != client.client_id:
        raise UnauthorizedClient("this token was not issued to this client")
