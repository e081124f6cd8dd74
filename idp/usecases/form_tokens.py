"""The token that binds a form to browser and Interaction, and the record of a form whose token did not fit."""

from datetime import datetime

from idp.audit.guards import CsrfFailed
from idp.keystore.service_keys import csrf_matches, csrf_token
from idp.usecases.recording import record_of_nobody
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.actors import Origin
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
    await record_of_nobody(services, CsrfFailed(path=path[:LONGEST_PATH]), origin, at)
