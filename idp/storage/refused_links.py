"""Mailed links that do nothing: each refusal recorded and counted against its source, within a limit."""

from dataclasses import dataclass
from datetime import datetime

from idp.authenticators.throttling import ASKING_WINDOW, LINKS_REFUSED
from idp.storage.database import Executor
from idp.storage.events import EVENTS, EncodedEvents

# Beyond the limit nothing more is recorded but, once, that it was reached.
REFUSE = f"""
WITH counted AS (
    INSERT INTO source_throttles AS s (source, window_started_at, failures) VALUES ($1, $2, 1)
    ON CONFLICT (source) DO UPDATE SET
        failures = CASE WHEN s.window_started_at <= $2 - $3::interval THEN 1 ELSE s.failures + 1 END,
        window_started_at = CASE WHEN s.window_started_at <= $2 - $3::interval THEN $2 ELSE s.window_started_at END
    RETURNING failures, window_started_at + $3::interval AS ends_at
), recorded AS ({EVENTS.format(events="$4", when="(SELECT failures FROM counted) <= $6")}),
limited AS ({EVENTS.format(events="$5", when="(SELECT failures FROM counted) = $6 + 1")})
SELECT CASE WHEN failures > $6 THEN ends_at END FROM counted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A link that did nothing: where it was opened, what is recorded of it, and what once the limit is reached."""

    source: str
    events: EncodedEvents
    limited: EncodedEvents


async def refuse(executor: Executor, refusal: Refusal, at: datetime) -> datetime | None:
    """Count it. Until when this source has opened too many; None where it has not."""
    arguments = (f"link from {refusal.source}", at, ASKING_WINDOW, refusal.events, refusal.limited, LINKS_REFUSED)
    until: datetime | None = await executor.fetchval(REFUSE, *arguments)
    return until
