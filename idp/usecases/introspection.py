"""Introspection: whether a token still stands, for the client it was issued to and those it is meant for (RFC 7662)."""

from dataclasses import replace

from idp.oidc import introspection
from idp.oidc.access_token import AccessToken
from idp.oidc.client import Client
from idp.oidc.errors import InvalidToken
from idp.oidc.introspection import INACTIVE
from idp.oidc.presented_token import PresentedToken
from idp.storage import grants, refresh_tokens, revoked_tokens
from idp.usecases.client_authentication import ClientCall, authenticated_client
from idp.usecases.presented_tokens import accepted_token
from idp.usecases.services import Services
from idp.usecases.subjects import grant_seen_by
from idp.values.secrets import RefreshToken


async def introspected(services: Services, call: ClientCall) -> dict[str, object]:
    """The members of the answer. Raises OAuthError for the caller's own faults; Unavailable."""
    caller = await authenticated_client(services, call)
    presented = PresentedToken.parse(call.form)
    if presented.is_access_token:
        return await _access_token(services, caller, presented, call)
    token = RefreshToken(presented.token.expose())
    found = await refresh_tokens.find(services.database, token, None, call.at)
    facts = found.facts if found else None
    if facts is not None:
        facts = replace(facts, grant=grant_seen_by(caller, facts.grant, services.service_keys))
    return introspection.of_refresh_token(facts, caller, services.settings.issuer, call.at)


async def _access_token(
    services: Services, caller: Client, presented: PresentedToken, call: ClientCall
) -> dict[str, object]:
    configuration = await services.configuration()
    try:
        token = accepted_token(services, configuration, presented.token, audience=None, at=call.at)
    except InvalidToken:
        return INACTIVE
    if not introspection.may_see(caller, token) or not await _stands(services, token, call):
        return INACTIVE
    return introspection.of_access_token(token, services.settings.issuer)


async def _stands(services: Services, token: AccessToken, call: ClientCall) -> bool:
    client = await services.client(token.client_id)
    if client is None or not client.active:
        return False
    if token.grant is None:  # a machine's own token has no row, unless it was revoked
        return not await revoked_tokens.is_revoked(services.database, token.jti)
    return await grants.stands(services.database, token.grant, call.at)
