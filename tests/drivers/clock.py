"""A clock that stands still until it is moved."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    """Begins at the real instant, because clients under test judge `exp` by their own clock."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **how_far: float) -> datetime:
        """`clock.advance(minutes=5)`; the arguments are those of timedelta. Returns the new instant."""
        self.now += timedelta(**how_far)
        return self.now
