"""Who may revoke a token (RFC 7009 2.1). Revoked is the grant of a person's token, or the `jti` of a machine's."""

from idp.oidc.client import Client
from idp.oidc.errors import UnauthorizedClient
from idp.values.ids import ClientId


def revocable(owner: ClientId | None, client: Client) -> bool:
    """Whether there is something to revoke; an unknown token is not, and answers 200 all the same (RFC 7009 2.2).

    `owner` is the client it was issued to. Raises UnauthorizedClient for another client's token, which stays valid.
    """
    if owner is None:
        return False
    if owner != client.client_id:
        raise UnauthorizedClient("this token was not issued to this client")
    return True
