"""The apps that a person has let in: by a consent that is remembered, or by a grant that still gives something."""

from dataclasses import dataclass
from datetime import datetime

from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.values.ids import ClientId, UserId

CONNECTED = """
WITH connected AS (
    SELECT client_id, scopes, given_at AS at FROM consents WHERE user_id = $1
    UNION ALL
    SELECT g.client_id, g.scopes, g.created_at FROM grant_facts g
    WHERE g.user_id = $1 AND g.revoked_at IS NULL AND g.ends_at > $2 AND g.session_alive
)
SELECT c.client_id, array_agg(DISTINCT scope) AS scopes, min(c.at) AS since, max(c.at) AS used_at
FROM connected c, unnest(c.scopes) AS scope GROUP BY c.client_id ORDER BY max(c.at) DESC, c.client_id
"""

# In a transaction, after the person's version has moved: whoever decided by the consent before decides anew.
DISCONNECT = f"""
WITH withdrawn AS (
    DELETE FROM consents WHERE user_id = $1 AND client_id = $2 RETURNING client_id
), ended AS (
    UPDATE grants SET revoked_at = $3, revoked_reason = 'disconnected'
    WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL RETURNING id
)
{EVENTS.format(events="$4", when="EXISTS (SELECT FROM withdrawn) OR EXISTS (SELECT FROM ended)")}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """One app, and all that it may see."""

    client: ClientId
    scopes: frozenset[str]
    since: datetime
    used_at: datetime
    """When it last got something new."""


async def of_person(executor: Executor, user: UserId, at: datetime) -> tuple[Connected, ...]:
    """The latest used first."""
    return tuple(
        Connected(
            client=ClientId(row["client_id"]),
            scopes=frozenset(row["scopes"]),
            since=row["since"],
            used_at=row["used_at"],
        )
        for row in await executor.fetch(CONNECTED, user, at)
    )


async def disconnect(executor: Executor, user: UserId, client: ClientId, at: datetime, events: EncodedEvents) -> None:
    """Withdraw the consent and end every grant; recorded where there was any."""
    await executor.execute(DISCONNECT, user, client, at, events)
