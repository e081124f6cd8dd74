"""Forms of the portal that wait on an Interaction, sealed, for the person who typed them."""

from dataclasses import dataclass
from datetime import datetime

from idp.storage.database import Executor
from idp.values.ids import InteractionId, UserId
from idp.values.sealed import Sealed
from idp.values.secrets import Digest

KEPT = """
SELECT sealed_form FROM interactions
WHERE id = $1 AND browser = $2 AND form_of = $3 AND visit ->> 'return_to' = $4 AND finished_at > $5
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """What was typed, and the session cookie of the browser in which it was."""

    sealed: Sealed
    session: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which form: that of a sign-in which ended on this page, in this browser, no longer ago than that."""

    interaction: InteractionId
    browser: Digest
    path: str
    since: datetime


async def kept(executor: Executor, user: UserId, wanted: Wanted) -> Sealed | None:
    """The form that this person typed; None where there is no such."""
    octets = await executor.fetchval(KEPT, wanted.interaction, wanted.browser.octets, user, wanted.path, wanted.since)
    return None if octets is None else Sealed(octets)
