"""A code or refresh token that is worth nothing: what that changes is committed and recorded, then it is refused."""

from typing import NoReturn

from idp.audit.event import Event
from idp.audit.protocol import CodeReplayed, RefreshTokenReplayed, TokenRefused
from idp.oidc.grant import Rejected
from idp.oidc.token_request import CodeExchange, Refresh
from idp.storage import events, grants
from idp.usecases.client_authentication import ClientCall
from idp.usecases.recording import sealed_of_client
from idp.usecases.services import Services
from idp.values.ids import GrantId

REPLAYED = "refresh_token_replayed"


async def refuse(services: Services, rejected: Rejected, request: CodeExchange | Refresh, call: ClientCall) -> NoReturn:
    """Raises InvalidGrant or InvalidScope. A replayed code ended its grant already, in the statement that read it."""
    services.metrics.tokens_refused.labels(rejected.reason.value).inc()
    if rejected.grant is not None:
        what, client = _what(rejected, rejected.grant, request), request.client.client_id
        owner = await grants.owner(services.database, rejected.grant)
        recorded = [sealed_of_client(services, what, client, owner, call.origin, call.at)]
        if rejected.ends_grant and isinstance(request, Refresh):
            await grants.revoke(services.database, rejected.grant, call.at, REPLAYED, recorded)
        else:
            await events.record(services.database, recorded)
    raise rejected.error


def _what(rejected: Rejected, grant: GrantId, request: CodeExchange | Refresh) -> Event:
    if rejected.ends_grant:
        return RefreshTokenReplayed(grant=grant) if isinstance(request, Refresh) else CodeReplayed(grant=grant)
    return TokenRefused(error=rejected.error.code, reason=rejected.reason.value, grant=grant)
