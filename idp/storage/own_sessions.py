"""A person's own live sessions with what is known of their browsers, and their end by the person's wish."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.authenticators.evidence import Evidence
from idp.authenticators.methods import Level
from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.values.ids import SessionId, UserId
from idp.values.sealed import Sealed

OWN = """
SELECT b.id, b.created_at, b.seen_at, b.proofs,
    ARRAY(
        SELECT DISTINCT c.name FROM grants g JOIN clients c ON c.client_id = g.client_id
        WHERE g.session_id = b.id ORDER BY c.name
    ) AS apps, e.at, e.kind, e.personal
FROM browser_sessions b
LEFT JOIN LATERAL (
    SELECT s.at, s.kind, s.personal FROM security_events s
    WHERE s.user_id = $1 AND s.session_id = b.id AND s.kind = 'sign_in_completed' AND s.personal IS NOT NULL
    ORDER BY s.id DESC LIMIT 1
) e ON true
WHERE b.user_id = $1 AND b.ended_at IS NULL AND b.expires_at > $2 AND b.seen_at > $2 - $3::interval
ORDER BY b.seen_at DESC, b.id
"""
"""The latest sign-in of each says which browser it was, and from where."""

END_OWN = f"""
WITH ended AS (
    UPDATE browser_sessions SET ended_at = $3 WHERE id = $2 AND user_id = $1 AND ended_at IS NULL RETURNING id
)
{EVENTS.format(events="$4", when="EXISTS (SELECT FROM ended)")}
"""

_FOR_EACH = "(SELECT jsonb_agg($4::jsonb -> 0 || jsonb_build_object('session_id', id)) FROM ended)"

# In a transaction, after the person's version has moved: what others stored while that waited is seen.
END_OTHERS = f"""
WITH abandoned AS (
    DELETE FROM interactions WHERE user_id = $1 AND finished_at IS NULL
), ended AS (
    UPDATE browser_sessions SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL RETURNING id
)
{EVENTS.format(events=_FOR_EACH, when="true")}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A security event with what is sealed in it."""

    at: datetime
    kind: str
    personal: Sealed = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """One live session."""

    id: SessionId
    created_at: datetime
    seen_at: datetime
    level: Level
    apps: tuple[str, ...]
    told: Told | None
    """Its latest sign-in; None once events of that age are gone."""


async def live(executor: Executor, user: UserId, at: datetime, idle: timedelta) -> list[OwnSession]:
    """The latest used first."""
    return [
        OwnSession(
            id=SessionId(row["id"]),
            created_at=row["created_at"],
            seen_at=row["seen_at"],
            level=Evidence.restored(user, row["proofs"]).level,
            apps=tuple(row["apps"]),
            told=Told(at=row["at"], kind=row["kind"], personal=Sealed(row["personal"])) if row["personal"] else None,
        )
        for row in await executor.fetch(OWN, user, at, idle)
    ]


async def end(executor: Executor, user: UserId, session: SessionId, at: datetime, events: EncodedEvents) -> None:
    """End it, if it is that person's; apps are told by the trigger of migration 7."""
    await executor.execute(END_OWN, user, session, at, events)


async def end_others(executor: Executor, user: UserId, kept: SessionId, at: datetime, events: EncodedEvents) -> None:
    """End all but that one, and every sign-in under way."""
    await executor.execute(END_OTHERS, user, kept, at, events)
