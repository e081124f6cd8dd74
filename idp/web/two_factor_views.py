"""One typed view per page about second factors in the account portal, as `web.views` has them for sign-ins."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from idp.directory.factor_name import LONGEST
from idp.web.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorCard:
    """An authenticator app or a key, in words."""

    name: str
    kind: Literal["app", "key", "passkey"]
    since: datetime
    used_at: datetime | None
    lost_at: datetime | None
    """When it was reported as lost, if it is."""
    url: str
    """Of its own page."""
    lost_url: str
    found_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoFactorPage(View):
    """Off, or on. Buttons post to the actions, each in a form of its own; that for a further app has a field `name`."""

    template: ClassVar[str] = "two_factor"
    step: ClassVar[str] = "two-factor"
    maximum: ClassVar[int] = LONGEST

    cards: tuple[FactorCard, ...]
    at: datetime
    codes_left: int
    required: str | None
    """Why it cannot be turned off; None where it can."""
    reasons: tuple[str, ...] = ()
    """All that asks for it, where it is required."""
    reset_at: datetime | None = None
    """When an admin took it away."""
    room: bool = True
    """Whether there may be one more."""
    name: str
    """Offered for a further app."""
    app_action: str
    add_action: str
    key_action: str
    codes_action: str
    off_url: str

    @property
    def on(self) -> bool:
        """Whether there is a second factor."""
        return bool(self.cards)

    @property
    def valid(self) -> tuple[FactorCard, ...]:
        """Those that prove something."""
        return tuple(each for each in self.cards if each.lost_at is None)

    @property
    def since(self) -> datetime:
        """Since when it is on."""
        return min(each.since for each in self.cards)

    @property
    def used_at(self) -> datetime | None:
        """When any of them was last used."""
        return max((each.used_at for each in self.cards if each.used_at), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorPage(View):
    """One of them. Its form has the field `name`; the one for another app in its place posts `factor`."""

    template: ClassVar[str] = "two_factor_one"
    step: ClassVar[str] = "two-factor-one"
    maximum: ClassVar[int] = LONGEST

    id: str
    card: FactorCard
    at: datetime
    name: str
    """As it stands in the field."""
    replace_action: str | None
    """None for a key: a further one is added, and this one removed."""
    remove_url: str | None
    """None where it is the last one that proves anything."""
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLostPage(View):
    """Asks before it will prove nothing, and everything else that is signed in ends."""

    template: ClassVar[str] = "two_factor_lost"
    step: ClassVar[str] = "two-factor-lost"

    card: FactorCard
    at: datetime
    back_url: str
    last: bool
    """Whether no other factor is left that proves anything."""
    codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorFoundPage(View):
    """Asks before it will prove again."""

    template: ClassVar[str] = "two_factor_found"
    step: ClassVar[str] = "two-factor-found"

    card: FactorCard
    at: datetime
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRemovePage(View):
    """Asks before it will be gone."""

    template: ClassVar[str] = "two_factor_remove"
    step: ClassVar[str] = "two-factor-remove"

    card: FactorCard
    at: datetime
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoFactorDonePage(View):
    """After the set-up: it is on. A button posts the token alone to `others_action`."""

    template: ClassVar[str] = "two_factor_done"
    step: ClassVar[str] = "two-factor-done"

    back_url: str
    others_action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoFactorOffPage(View):
    """What is lost, and a button; without one where it is off already, or required."""

    template: ClassVar[str] = "two_factor_off"
    step: ClassVar[str] = "two-factor-off"

    names: tuple[str, ...]
    """Of the apps and keys that there are."""
    required: str | None
    back_url: str
