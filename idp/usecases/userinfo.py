"""Userinfo: the claims of the person that an access token speaks of, as they are now."""

from datetime import datetime

from idp.oidc import userinfo
from idp.oidc.bearer import BearerToken
from idp.oidc.errors import InvalidToken
from idp.storage import grants
from idp.usecases.presented_tokens import accepted_token
from idp.usecases.services import Services

GROUPS = "groups"


async def claims(services: Services, token: BearerToken, at: datetime) -> dict[str, object]:
    """The members of the answer (OIDC Core 5.3.2). Raises BearerError; Unavailable while the database is away."""
    configuration = await services.configuration()
    access = accepted_token(services, configuration, token, audience=services.settings.issuer, at=at)
    grant = userinfo.grant_of(access)
    client = await services.client(access.client_id)
    person = await grants.person(services.database, grant, at, groups=GROUPS in access.scopes)
    if person is None or client is None or not client.active:
        raise InvalidToken("the access token was revoked")
    return userinfo.userinfo(access, person)
