"""Userinfo: the claims of the person that an access token speaks of, as they are now."""

from datetime import datetime
from typing import cast

from idp.keystore.compact import Algorithm
from idp.oidc import userinfo
from idp.oidc.bearer import BearerToken
from idp.oidc.errors import InvalidToken
from idp.storage import grants
from idp.usecases.presented_tokens import accepted_token
from idp.usecases.services import Services
from idp.usecases.subjects import seen_by

GROUPS = "groups"


async def claims(services: Services, token: BearerToken, at: datetime) -> dict[str, object] | str:
    """The members of the answer, or a JWT that holds them where the client is registered for one (OIDC Core 5.3.2).

    Raises BearerError; Unavailable while the database is away.
    """
    configuration = await services.configuration()
    issuer = services.settings.issuer
    access = accepted_token(services, configuration, token, audience=issuer, at=at)
    grant = userinfo.grant_of(access)
    client = await services.client(access.client_id)
    facts = await grants.userinfo_facts(services.database, grant, at, groups=GROUPS in access.scopes)
    if facts is None or client is None or not client.active:
        raise InvalidToken("the access token was revoked")
    sub = seen_by(client, facts.person.sub, configuration.service_keys)
    members = userinfo.userinfo(access, sub, facts)
    alg = client.metadata.userinfo_signed_response_alg
    if alg is None:
        return members
    key = configuration.keyring.signing_key(cast("Algorithm", alg))
    return key.sign(userinfo.to_be_signed(members, issuer, client), userinfo.TYP)
