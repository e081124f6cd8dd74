"""Security events as rows: appended, never changed. Sealing what is personal in them is the use cases' part.

Any statement can record: its events come as one jsonb parameter, so that they cost no round trip of their own.
"""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from idp.storage.database import Executor
from idp.values.ids import UserId


class EncodedMail(TypedDict):
    """The mail that an event causes: ids as text, the letter sealed and in base64."""

    id: str
    topic: str
    hour: int | None
    """Which hour since 1970 it is, for a topic that is told once an hour at most."""
    letter: str
    link: str | None
    """Digest of the link in it, in base64."""
    address: str | None
    """Whom it goes to, where that is not the address that the person has after the statement."""


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
    mail: NotRequired[EncodedMail]
    """Stored only by statements that say so."""


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

MAILS = """
INSERT INTO outbox (kind, user_id, mail_id, topic, hour, address, sealed_letter, link_digest, made_at, due_at)
SELECT 'mail', u.id, m.id, m.topic, m.hour, coalesce(m.address, u.email), decode(m.letter, 'base64'),
    decode(m.link, 'base64'), e.at, e.at
FROM jsonb_to_recordset({events}::jsonb) AS e(at timestamptz, user_id uuid, mail jsonb)
CROSS JOIN jsonb_to_record(e.mail) AS m(id uuid, topic text, hour bigint, letter text, link text, address text)
JOIN users u ON u.id = e.user_id AND (u.email_verified OR m.address IS NOT NULL)
WHERE e.mail IS NOT NULL AND {when} AND (m.hour IS NULL OR NOT EXISTS (
    SELECT FROM outbox o WHERE o.user_id = u.id AND o.topic = m.topic AND o.made_at > e.at - interval '1 hour'
))
ON CONFLICT (user_id, topic, hour) WHERE hour IS NOT NULL DO NOTHING
"""
"""The mails of the same events, to the address that each names, or else to the person's own where somebody vouched for
it. Beside EVENTS, and like it."""

RECORDED = f"recorded AS ({EVENTS}), mailed AS ({MAILS})"
"""Both, as parts of a WITH."""

SALT = "SELECT audit_salt FROM users WHERE id = $1"

RECORD = f"WITH {RECORDED.format(events='$1', when='true')} SELECT"


async def record(executor: Executor, events: EncodedEvents) -> None:
    """Append events that belong to no other statement."""
    if events:
        await executor.execute(RECORD, events)


async def audit_salt(executor: Executor, user: UserId) -> bytes | None:
    """What the personal fields of that person's events are sealed with; None where there is no such person any more."""
    salt: bytes | None = await executor.fetchval(SALT, user)
    return salt
