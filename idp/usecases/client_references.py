"""Signed names of clients in the addresses of a sign-in: they lead back to the app when the Interaction is gone."""

from idp.keystore.service_keys import client_reference, opened_client_reference
from idp.login.purpose import ACCOUNT
from idp.oidc.client import Client
from idp.usecases.portal_client import portal_client
from idp.usecases.services import Services
from idp.values.ids import ClientId


def reference_of(services: Services, client: ClientId) -> str:
    """Names the client in URLs of a sign-in, so that a page whose Interaction is gone can still lead back to it."""
    return client_reference(services.service_keys, client)


async def client_of_reference(services: Services, reference: str) -> Client | None:
    """The active client, or the portal, that a reference of ours names; None for every other text."""
    client_id = opened_client_reference(services.service_keys, reference)
    if client_id == ACCOUNT:
        return portal_client(services)
    client = await services.client(client_id) if client_id else None
    return client if client and client.active else None
