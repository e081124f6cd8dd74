"""How somebody likes to be served: language, time zone, and the look of the portal. Nothing here decides a sign-in."""

from dataclasses import dataclass
from typing import Literal, get_args

Theme = Literal["system", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
"""`system`: as the device says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Of one person; what was never said is None."""

    locale: str | None = None
    """A language tag (BCP 47); it may be one that we do not speak."""
    zoneinfo: str | None = None
    """A name of the time zone database, which this machine may not know."""
    theme: Theme = "system"
