"""A browser that is remembered: its person showed a second factor there, and is not asked for it again for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.values.ids import RememberedId


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """From when, and until when at most: as the rules were when it was offered."""

    id: RememberedId
    since: datetime
    until: datetime

    def ends(self, days: int) -> datetime:
        """When it is over where rules say so many days now: fewer than before count at once, more do not."""
        return min(self.until, self.since + timedelta(days=days))

    def holds(self, days: int, at: datetime) -> bool:
        """Whether the factor may be spared; not while the clock stands before it was shown."""
        return self.since <= at < self.ends(days)
