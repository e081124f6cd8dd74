"""A client proves itself by a JWT: read, judged, verified with its keys or its secret, and spent."""

from datetime import datetime

from idp.keystore.client_jwt import ClientJwt, InvalidClientJwt
from idp.oidc import client_assertion
from idp.oidc.client import AuthMethod, Client
from idp.oidc.client_assertion import Endpoint, refusal
from idp.storage import client_assertions, places
from idp.usecases.client_keys import signed_by
from idp.usecases.services import Services
from idp.values.secrets import ClientAssertion


def read(assertion: ClientAssertion) -> ClientJwt:
    """What it says, not verified. Raises InvalidClient."""
    try:
        return ClientJwt.parse(assertion.expose())
    except InvalidClientJwt as fault:
        raise refusal(str(fault)) from None


async def proven(services: Services, client: Client | None, jwt: ClientJwt, endpoint: Endpoint, at: datetime) -> Client:
    """The client, proven: the claims fit, the signature holds, and it comes for the first time, in this order.

    Raises InvalidClient and Unavailable.
    """
    known, once = client_assertion.accepted(client, jwt.unverified, services.settings.issuer, endpoint, at)
    if not await _signed(services, known, jwt, at):
        raise refusal("the signature does not match")
    if not await client_assertions.spend(services.database, known.client_id, once.jti, once.until):
        raise refusal("the assertion was used before")
    return known


async def _signed(services: Services, client: Client, jwt: ClientJwt, at: datetime) -> bool:
    if client.auth_method is AuthMethod.PRIVATE_KEY_JWT:
        return await signed_by(services, client, jwt, at)
    secrets = [services.sealer.open(each.sealed, places.client_secret(each.id)) for each in client.sealed_secrets]
    return any(jwt.signed_with(secret) for secret in secrets)
