"""A client's own request to the token, introspection or revocation endpoint: who it is, proved.

A failure is a security event. What it costs is no secret: client ids are public, and secrets too long to be guessed.
"""

from dataclasses import dataclass, field
from datetime import datetime

from idp.audit.protocol import ClientAuthenticationFailed
from idp.oidc import introspection
from idp.oidc.client import Client
from idp.oidc.client_assertion import Endpoint, maker_named
from idp.oidc.client_authentication import Asserted, authenticated, presented
from idp.oidc.errors import InvalidClient
from idp.oidc.parameters import Parameters
from idp.usecases.client_assertions import proven, read
from idp.usecases.recording import record_of_nobody
from idp.usecases.services import Services
from idp.values.actors import Origin
from idp.values.ids import ClientId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCall:
    """One POST as it came."""

    endpoint: Endpoint
    authorization: tuple[str, ...] = field(repr=False)
    """Every Authorization header; more than one is refused."""
    form: Parameters
    origin: Origin
    at: datetime


async def authenticated_client(services: Services, call: ClientCall) -> Client:
    """The client, proven; a public one only named. Raises InvalidClient, recorded, and InvalidRequest."""
    named: ClientId | None = None
    client: Client | None = None
    try:
        match presented(call.authorization, call.form):
            case Asserted(assertion=assertion, client_id=client_id):
                jwt = read(assertion)
                named = maker_named(jwt.unverified, client_id)
                client = await services.client(named)
                client = await proven(services, client, jwt, call.endpoint, call.at)
            case credentials:
                named = credentials.client_id
                client = await services.client(named)
                client = authenticated(client, credentials)
        return introspection.caller(client) if call.endpoint == "introspect" else client
    except InvalidClient as refusal:
        services.metrics.clients_refused.labels(call.endpoint).inc()
        known = client is not None
        failed = ClientAuthenticationFailed(
            reason=refusal.detail or refusal.description, endpoint=call.endpoint, named=None if known else named
        )
        await record_of_nobody(services, failed, call.origin, call.at, named if known else None)
        raise
