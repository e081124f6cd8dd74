"""Typed views of the Activity page of the portal, and of «This was not me» beside each of its lines."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.web.shell import NavItem
from idp.web.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLine:
    """One sentence, and where it happened."""

    words: str
    browser: str
    address: str
    place: str
    at: datetime
    not_me_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage(View):
    """Newest first. `filters` are links to parts of it."""

    template: ClassVar[str] = "activity"
    step: ClassVar[str] = "activity"

    lines: tuple[ActivityLine, ...]
    filters: tuple[NavItem, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMePage(View):
    """Asks before it acts. Its form sends `event`, the id of the line, empty where none is named."""

    template: ClassVar[str] = "not_me"
    step: ClassVar[str] = "not-me"

    event: str
    line: ActivityLine | None
    at: datetime
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeDonePage(View):
    """Everything else is signed out and the password is new; what else there is to look at."""

    template: ClassVar[str] = "not_me_done"
    step: ClassVar[str] = "not-me-done"

    two_factor_url: str
    enrolled: bool
    apps_url: str
    back_url: str
