"""Sign-ins of people who had no second factor at hand and were given a number to read out."""

from dataclasses import dataclass, field
from datetime import datetime

from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents
from idp.values.ids import ClientId, InteractionId, UserId
from idp.values.sealed import Sealed

# A refresh asks for nothing more.
RECORD_ONCE = EVENTS.format(
    events="$1",
    when="""NOT EXISTS (
    SELECT FROM security_events s
    WHERE s.kind = 'help_wanted' AND s.details ->> 'reference' = $2 AND s.interaction_id = $3
)""",
)

FIND = """
SELECT s.at, s.kind, s.client_id, s.personal, u.id AS user_id, u.username, u.audit_salt
FROM security_events s JOIN users u ON u.id = s.user_id
WHERE s.kind = 'help_wanted' AND s.details ->> 'reference' = $1 ORDER BY s.id DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who asked for help, in which sign-in; what is personal in the event is still sealed."""

    at: datetime
    kind: str
    client: ClientId | None
    user: UserId
    username: str
    audit_salt: bytes = field(repr=False)
    personal: Sealed | None = field(repr=False)


async def record_once(executor: Executor, interaction: InteractionId, reference: str, events: EncodedEvents) -> None:
    """The first time in that sign-in."""
    await executor.execute(RECORD_ONCE, events, reference, interaction)


async def find(executor: Executor, reference: str) -> list[Wanted]:
    """Those with that number, the newest first."""
    return [
        Wanted(
            at=row["at"],
            kind=row["kind"],
            client=None if row["client_id"] is None else ClientId(row["client_id"]),
            user=UserId(row["user_id"]),
            username=row["username"],
            audit_salt=row["audit_salt"],
            personal=None if row["personal"] is None else Sealed(row["personal"]),
        )
        for row in await executor.fetch(FIND, reference)
    ]
