"""One typed view per page for people who sign in: the contract between the pages and the templates.

Each view names its template (the page module's own name) and its step (`<main data-step>`, on which others may
rely). A page fills in a view and hands it to `responses.page`. Fields that hold secrets do not print. A page with
several buttons says in its docstring which values the field `answer` takes. The parts around the content stand in
`web.shell`, the page for everything that cannot go on in `web.error_page`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from idp.authenticators.recovery_code import LOW
from idp.oidc.frontchannel_logout import Frame
from idp.web.shell import Link, Shell
from idp.words import times
from idp.words.field_errors import many_digits

NEVER_LEAVE_FOR = frozenset({"", "javascript", "data", "vbscript", "file", "blob", "about"})


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What every page has."""

    template: ClassVar[str]
    step: ClassVar[str]

    shell: Shell

    @property
    def status(self) -> int:
        """The HTTP status that belongs to the page."""
        return 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPage(View):
    """Name and password. Fields: `username`, `password`."""

    template: ClassVar[str] = "password"
    step: ClassVar[str] = "password"

    username: str = ""
    """Prefilled (typed before, login_hint, or whom prompt=login asks again): then the password has the focus."""
    again: bool = False
    """Somebody is signed in, and the app asked for a fresh proof."""
    forgot_url: str | None = None
    """Where a link for a new password can be asked for; None where no mail can be sent."""
    confirming: bool = False
    """The same, before a change in the portal."""
    passkey_action: str = ""
    """Where the form with a passkey's answer goes. Field: `credential`."""
    passkey_options: str = ""
    """JSON for `navigator.credentials.get()`; where it is empty no passkey is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorPage(View):
    """A code of the authenticator app. Fields: `code`, and `remember` where there are `remember_days`."""

    template: ClassVar[str] = "second_factor"
    step: ClassVar[str] = "second-factor"

    account: str
    """The account as the authenticator app shows it; masked where it holds an address."""
    lost_url: str
    """For whoever has none of all that any more."""
    recovery_url: str | None = None
    """The page for recovery codes, where the person has some."""
    key_url: str | None = None
    codes_left: int | None = None
    """Warned about when they run low; None says nothing."""
    digits: tuple[int, ...] = (6,)
    """Of the codes of the person's apps."""
    remember_days: int = 0

    @property
    def length_of_code(self) -> str:
        """What stands before «-digit»."""
        return many_digits(self.digits)

    @property
    def low_on_codes(self) -> bool:
        """Whether to warn."""
        return self.codes_left is not None and self.codes_left <= LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPage(View):
    """A recovery code. Field: `recovery_code`."""

    template: ClassVar[str] = "recovery"
    step: ClassVar[str] = "recovery"

    lost_url: str
    """For whoever has no code left either."""
    code_url: str | None = None
    """The page for app codes, where the person has an app."""
    key_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryUsedPage(View):
    """After a recovery code. `answer` is `set_up` or `continue`; at none left there is no `continue`."""

    template: ClassVar[str] = "recovery_used"
    step: ClassVar[str] = "recovery-used"

    codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentPage(View):
    """Step 1 of 2 of the set-up. Field: `code`."""

    template: ClassVar[str] = "enrolment"
    step: ClassVar[str] = "enrolment"

    why: str
    """A sentence of `words`: who asks for this."""
    account: str
    qr: str = field(repr=False)
    """SVG markup of `web.qr.svg`, trusted."""
    otpauth: str = field(repr=False)
    key_groups: tuple[str, ...] = field(repr=False)
    digits: int = 6
    period_seconds: int = 30
    key_url: str | None = None
    """The page for a security key or passkey, where one would do."""
    may_wait_until: datetime | None = None
    """Until then `answer=skip` goes on without."""

    @property
    def length_of_code(self) -> str:
        """What stands before «-digit»."""
        return many_digits((self.digits,))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesPage(View):
    """Step 2 of 2. Fields: `saved` (`yes` when ticked). Download posts the token alone to `download_action`."""

    template: ClassVar[str] = "recovery_codes"
    step: ClassVar[str] = "recovery-codes"

    codes: tuple[str, ...] = field(repr=False)
    account: str
    made_at: datetime
    download_action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordPage(View):
    """A new password before going on. Field: `new_password`; `username` comes along, hidden and read-only."""

    template: ClassVar[str] = "new_password"
    step: ClassVar[str] = "new-password"

    reason: Literal["set_by_other", "compromised", "too_short"]
    username: str
    minimum: int
    maximum: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One line of the consent page: «Your groups» with its values, or a sentence without any."""

    label: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage(View):
    """What the app wants to use. `answer` is `allow` or `deny`."""

    template: ClassVar[str] = "consent"
    step: ClassVar[str] = "consent"

    permissions: tuple[Permission, ...]
    registered_itself: bool = False
    """Nobody here has looked at the app: its name and its logo are its own word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectAccountPage(View):
    """`answer` is `same` or `other`."""

    template: ClassVar[str] = "select_account"
    step: ClassVar[str] = "select-account"

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturningPage(View):
    """Leaving for the app after a POST: refresh at once, and a visible link."""

    template: ClassVar[str] = "returning"
    step: ClassVar[str] = "returning"

    target: str = field(repr=False)
    """The whole response URL; holds the code, so it does not print."""
    frames: tuple[Frame, ...] = ()
    """After a sign-out. A refresh is due once everything has loaded, so they are waited for."""

    def __post_init__(self) -> None:
        """Refuses schemes that run or read something here; registration refused them before."""
        if urlsplit(self.target).scheme.lower() in NEVER_LEAVE_FOR:
            raise ValueError("a response leaves for an app, not for a scheme of the browser")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingPage(View):
    """Leaving for the app with response_mode=form_post: a form that posts itself, and a button where no script runs."""

    template: ClassVar[str] = "posting"
    step: ClassVar[str] = "returning"
    script: ClassVar[str] = 'document.forms.answer.submit();new BroadcastChannel("signed-in").postMessage("returning")'
    """Trusted markup: leaves, and tells other tabs as app.js does. The policy of the page allows it by its hash."""

    target: str
    members: Mapping[str, str] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuses an address that is handled by no browser: an app behind a private scheme gets no form."""
        if urlsplit(self.target).scheme not in {"https", "http"}:
            raise ValueError("a form is posted to an http or https address")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedPage(View):
    """«You are signed in. Continue to App»: a finished sign-in that is visited again."""

    template: ClassVar[str] = "finished"
    step: ClassVar[str] = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutPage(View):
    """Asks before signing out. `answer` is `sign_out` or `stay`."""

    template: ClassVar[str] = "logout"
    step: ClassVar[str] = "logout"

    carried: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Parameters of the request that the form carries on, hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutPage(View):
    """The person is signed out here; apps may not be."""

    template: ClassVar[str] = "signed_out"
    step: ClassVar[str] = "signed-out"

    frames: tuple[Frame, ...] = ()
    same_by_get: str | None = None
    """Where the answer to a POST goes once the frames have loaded, so that a refresh posts nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedPage(View):
    """A method is paused: until when, why, and what still works."""

    template: ClassVar[str] = "paused"
    step: ClassVar[str] = "paused"

    until: datetime
    at: datetime
    reason: str
    retry_url: str
    """This step again, for after the pause."""
    other_ways: tuple[Link, ...] = ()

    @property
    def seconds(self) -> int:
        """How long it still takes, at least one second."""
        return max(1, ceil((self.until - self.at).total_seconds()))

    @property
    def left(self) -> str:
        """The same in words."""
        return times.span(self.until - self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class CookiesPage(View):
    """The browser keeps no cookies: said before anything is typed."""

    template: ClassVar[str] = "cookies"
    step: ClassVar[str] = "cookies"

    host: str
    retry_url: str
