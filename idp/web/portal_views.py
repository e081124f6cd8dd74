"""One typed view per page of the account portal, as `web.views` has them for sign-ins."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from idp.authenticators.password import MAXIMUM
from idp.web.shell import App
from idp.web.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPasswordPage(View):
    """Fields: `password` (the current one), `new_password`, `sign_out_others` (`yes` if ticked); `username`, hidden."""

    template: ClassVar[str] = "own_password"
    step: ClassVar[str] = "own-password"

    username: str
    minimum: int
    maximum: int = MAXIMUM
    sign_out_others: bool = True
    judged: str = ""
    """What was found of the new one, where it was good and something else was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPasswordDonePage(View):
    """It is changed."""

    template: ClassVar[str] = "own_password_done"
    step: ClassVar[str] = "own-password-done"

    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCard:
    """One session in words; `id` is what its button sends."""

    id: str
    here: bool
    browser: str
    address: str
    place: str
    since: datetime
    seen_at: datetime
    level: str
    """How it was signed in, in words."""
    apps: tuple[str, ...]
    chosen: bool = False
    """Whether the person pressed its button, and had to prove first who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedCard:
    """One browser that is not asked for the second factor; `id` is what its button sends."""

    id: str
    here: bool
    browser: str
    address: str
    """From where it was remembered."""
    until: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPage(View):
    """Cards. A card's button posts `session` to `end_action`; the one for all others posts to `end_others_action`.

    Below, where there are any, remembered browsers: `browser`, or nothing for all of them, goes to `forget_action`.
    """

    template: ClassVar[str] = "sessions"
    step: ClassVar[str] = "sessions"

    cards: tuple[SessionCard, ...]
    remembered: tuple[RememberedCard, ...] = ()
    at: datetime
    end_action: str
    end_others_action: str
    forget_action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCard:
    """One connected app in words; `id` is what its button sends."""

    id: str
    app: App
    permissions: tuple[str, ...]
    since: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedAppsPage(View):
    """Cards. A card's button posts `client`."""

    template: ClassVar[str] = "connected_apps"
    step: ClassVar[str] = "connected-apps"

    cards: tuple[AppCard, ...]
    at: datetime
    disconnect_action: str
