"""What a browser brings to each request of a sign-in, and what it is given to keep."""

from dataclasses import dataclass
from datetime import datetime

from idp.values.actors import Origin
from idp.values.secrets import CookieValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of one browser, at one instant."""

    browser: CookieValue | None
    session: CookieValue | None
    known: CookieValue | None
    origin: Origin
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCookies:
    """Values that the browser is to keep from now on; None leaves what it has."""

    browser: CookieValue | None = None
    session: CookieValue | None = None
    known: CookieValue | None = None
