"""The token endpoint: what a client that has proved itself gets for a code, for a refresh token, or for itself."""

from idp.oidc import grant
from idp.oidc.grant import Rejected
from idp.oidc.grant_type import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH_TOKEN
from idp.oidc.token_request import ClientCredentials, CodeExchange, Refresh, TokenRequest, token_request
from idp.storage import grants, refresh_tokens
from idp.usecases.client_authentication import ClientCall, authenticated_client
from idp.usecases.issuing import Issuing, TokenMembers
from idp.usecases.refreshing import refresh
from idp.usecases.refusing import refuse
from idp.usecases.services import Services
from idp.values.secrets import RefreshToken

_GRANT_TYPES = {
    ClientCredentials: CLIENT_CREDENTIALS,
    CodeExchange: AUTHORIZATION_CODE,
    Refresh: REFRESH_TOKEN,
}


async def tokens(services: Services, call: ClientCall) -> TokenMembers:
    """The answer to a token request. Raises OAuthError once what a refusal changes is committed; Unavailable."""
    client = await authenticated_client(services, call)
    request = token_request(call.form, client)
    configuration = await services.configuration()
    issuing = Issuing(services=services, configuration=configuration, client=client, at=call.at)
    members = await _answer(issuing, request, call)
    services.metrics.tokens.labels(_GRANT_TYPES[type(request)]).inc()
    return members


async def _answer(issuing: Issuing, request: TokenRequest, call: ClientCall) -> TokenMembers:
    match request:
        case ClientCredentials():
            return issuing.machine(request.scopes)
        case CodeExchange():
            return await _exchange(issuing, request, call)
        case Refresh():
            return await refresh(issuing, request, call)


async def _exchange(issuing: Issuing, request: CodeExchange, call: ClientCall) -> TokenMembers:
    """RFC 6749 4.1.3: the code is burnt before anything about the request is judged."""
    database = issuing.services.database
    client = request.client
    facts = await grants.burn(
        database, request.code, client.client_id, call.at, details=client.metadata.claims_in_id_token
    )
    decision = grant.redeem(facts, request, call.at)
    if isinstance(decision, Rejected):
        await refuse(issuing.services, decision, request, call)
    token = None
    if decision.refresh is not None:
        token = RefreshToken.generate(issuing.services.entropy)
        await refresh_tokens.insert(database, token, decision.grant.grant, decision.refresh, call.at)
    return issuing.person(decision.grant, decision.grant.scopes, nonce=decision.nonce, refresh_token=token)
