"""What happened to the account of the person in the portal, by its own security events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from idp.login.purpose import ACCOUNT
from idp.storage import own_events
from idp.usecases.own_events import opened
from idp.usecases.portal import Present
from idp.words.activity import KINDS
from idp.words.messages import YOUR_ACCOUNT

MOST = 50
"""Events on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event, with the app by its name and what the browser said of itself."""

    at: datetime
    kind: str
    details: Mapping[str, object]
    app: str
    address: str
    agent: str


async def activity(present: Present) -> tuple[Happened, ...]:
    """The newest first."""
    services, user = present.scene.services, present.account.user
    found = []
    for each in await own_events.latest(services.database, user, KINDS, MOST):
        told = opened(present, each.at, each.kind, each.personal) if each.personal else {}
        client = await services.client(each.client) if each.client and each.client != ACCOUNT else None
        found.append(
            Happened(
                at=each.at,
                kind=each.kind,
                details=each.details,
                app=client.name if client else YOUR_ACCOUNT,
                address=told.get("address", ""),
                agent=told.get("agent", ""),
            )
        )
    return tuple(found)
