"""Revocation (RFC 7009): a person's token takes its whole grant with it, a machine's own token only itself."""

from typing import Literal

from idp.audit.protocol import TokenRevoked
from idp.oidc.access_token import AccessToken
from idp.oidc.client import Client
from idp.oidc.errors import InvalidToken
from idp.oidc.presented_token import PresentedToken
from idp.oidc.revocation import require_own
from idp.storage import grants, refresh_tokens, revoked_tokens
from idp.usecases.client_authentication import ClientCall, authenticated_client
from idp.usecases.presented_tokens import accepted_token
from idp.usecases.recording import sealed_of_client
from idp.usecases.services import Services
from idp.values.ids import GrantId
from idp.values.secrets import RefreshToken, Token

REASON = "token_revoked"

Kind = Literal["access_token", "refresh_token", "machine_token"]


async def revoke(services: Services, call: ClientCall) -> None:
    """Returns for a token that nobody knows, too (RFC 7009 2.2). Raises OAuthError, for another client's token too."""
    client = await authenticated_client(services, call)
    presented = PresentedToken.parse(call.form)
    if presented.is_access_token:
        await _access_token(services, client, presented.token, call)
    else:
        await _refresh_token(services, client, RefreshToken(presented.token.expose()), call)


async def _access_token(services: Services, client: Client, token: Token, call: ClientCall) -> None:
    configuration = await services.configuration()
    try:
        access = accepted_token(services, configuration, token, audience=None, at=call.at)
    except InvalidToken:
        return
    require_own(access.client_id, client)
    if access.grant is None:
        await _machine_token(services, client, access, call)
    else:
        await _end(services, client, access.grant, "access_token", call)


async def _refresh_token(services: Services, client: Client, token: RefreshToken, call: ClientCall) -> None:
    found = await refresh_tokens.find(services.database, token, None, call.at)
    grant = found.facts.grant if found else None
    if grant is not None:
        require_own(grant.client_id, client)
        await _end(services, client, grant.grant, "refresh_token", call)


async def _machine_token(services: Services, client: Client, token: AccessToken, call: ClientCall) -> None:
    events = [
        sealed_of_client(services, TokenRevoked(token="machine_token"), client.client_id, None, call.origin, call.at)
    ]
    await revoked_tokens.revoke(services.database, token.jti, token.expires_at, events)


async def _end(services: Services, client: Client, grant: GrantId, kind: Kind, call: ClientCall) -> None:
    owner = await grants.owner(services.database, grant)
    revoked = TokenRevoked(token=kind, grant=grant)
    events = [sealed_of_client(services, revoked, client.client_id, owner, call.origin, call.at)]
    await grants.revoke(services.database, grant, call.at, REASON, events)
