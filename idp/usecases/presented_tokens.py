"""An access token of ours that comes back: signature, type, issuer, time. Whether its grant stands is asked next."""

from datetime import datetime

from idp.keystore.compact import ALGORITHMS
from idp.keystore.verifying import InvalidJwt, verify
from idp.oidc.access_token import TYP, AccessToken, accepted
from idp.oidc.errors import InvalidToken
from idp.storage.configuration import Configuration
from idp.usecases.services import Services
from idp.values.issuer import Issuer
from idp.values.secrets import Token


def accepted_token(
    services: Services, configuration: Configuration, token: Token, *, audience: Issuer | None, at: datetime
) -> AccessToken:
    """RFC 9068 4. Raises InvalidToken. `audience` None accepts any, for introspection and revocation."""
    try:
        claims = verify(
            token.expose(),
            configuration.keyring.verification_keys(),
            algs=ALGORITHMS,
            typ=TYP,
            seen=services.seen_tokens,
        )
    except InvalidJwt as error:
        raise InvalidToken("the access token is not valid", detail=str(error)) from None
    return accepted(claims, issuer=services.settings.issuer, audience=audience, at=at)
