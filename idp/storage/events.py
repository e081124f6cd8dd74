"""Security events as rows: appended, never changed. Sealing what is personal in them is the use cases' part.

Any statement can record: its events come as one jsonb parameter, so that they cost no round trip of their own.
"""

from collections.abc import Sequence
from typing import TypedDict

from idp.storage.database import Executor
from idp.values.ids import UserId


class EncodedEvent(TypedDict):
    """One event ready to be stored: JSON values, ids as text, `at` in ISO 8601, `personal` sealed and in base64."""

    at: str
    kind: str
    actor_kind: str
    actor_user: str | None
    user_id: str | None
    client_id: str | None
    session_id: str | None
    interaction_id: str | None
    request_id: str | None
    details: dict[str, object]
    personal: str | None


EncodedEvents = Sequence[EncodedEvent]
"""A list, as it is handed to a statement."""

EVENTS = """
INSERT INTO security_events (at, kind, actor_kind, actor_user, user_id, client_id, session_id, interaction_id,
    request_id, details, personal)
SELECT e.at, e.kind, e.actor_kind, e.actor_user, e.user_id, e.client_id, e.session_id, e.interaction_id,
    e.request_id, e.details, decode(e.personal, 'base64')
FROM jsonb_to_recordset({events}::jsonb) AS e(at timestamptz, kind text, actor_kind text, actor_user uuid,
    user_id uuid, client_id text, session_id uuid, interaction_id uuid, request_id text, details jsonb, personal text)
WHERE {when}
"""
"""Part of another statement: `EVENTS.format(events="$3", when="EXISTS (SELECT FROM ended)")`."""

SALT = "SELECT audit_salt FROM users WHERE id = $1"

RECORD = EVENTS.format(events="$1", when="true")


async def record(executor: Executor, events: EncodedEvents) -> None:
    """Append events that belong to no other statement."""
    if events:
        await executor.execute(RECORD, events)


async def audit_salt(executor: Executor, user: UserId) -> bytes | None:
    """What the personal fields of that person's events are sealed with; None where there is no such person any more."""
    salt: bytes | None = await executor.fetchval(SALT, user)
    return salt
