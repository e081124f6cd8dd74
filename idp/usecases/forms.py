"""Forms of a sign-in: the token that binds one to browser and Interaction, and the record of one that did not fit."""

from datetime import datetime

from idp.audit.event import SecurityEvent
from idp.audit.guards import CsrfFailed
from idp.keystore.service_keys import client_reference, csrf_matches, csrf_token, opened_client_reference
from idp.oidc.client import Client
from idp.storage import events
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.actors import Actor, Origin
from idp.values.ids import ClientId
from idp.values.secrets import CookieValue

LONGEST_PATH = 200
"""Characters of a path that are recorded; none of ours is longer."""


def form_token(services: Services, browser: CookieValue | None, purpose: str) -> str:
    """What a form of this browser carries for this purpose; empty without a browser cookie, which nothing matches."""
    return csrf_token(services.service_keys, browser, purpose) if browser else ""


async def token_fits(services: Services, visit: Visit, purpose: str, presented: str, path: str) -> bool:
    """Whether the form came from this browser's page; one that did not is recorded (V16.3.3)."""
    if visit.browser is not None and csrf_matches(services.service_keys, visit.browser, purpose, presented):
        return True
    await form_refused(services, visit.origin, visit.at, path)
    return False


async def form_refused(services: Services, origin: Origin, at: datetime, path: str) -> None:
    """Record a form that was not one of ours, or not this browser's."""
    envelope = SecurityEvent(
        event=CsrfFailed(path=path[:LONGEST_PATH]), at=at, actor=Actor(kind="anonymous"), origin=origin
    )
    await events.record(services.database, [sealed(services, envelope)])


def reference_of(services: Services, client: ClientId) -> str:
    """Names the client in URLs of a sign-in, so that a page whose Interaction is gone can still lead back to it."""
    return client_reference(services.service_keys, client)


async def client_of_reference(services: Services, reference: str) -> Client | None:
    """The active client that a reference of ours names; None for every other text."""
    client_id = opened_client_reference(services.service_keys, reference)
    client = await services.client(client_id) if client_id else None
    return client if client and client.active else None
