"""The views of a forgotten password: asking for a link, and what the link leads to."""

from dataclasses import dataclass
from typing import ClassVar

from idp.authenticators.password import MAXIMUM
from idp.web.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgotPage(View):
    """Name or address. Field: `username`."""

    template: ClassVar[str] = "forgot"
    step: ClassVar[str] = "forgot"

    back_url: str | None = None
    """The sign-in that this was asked for."""

    @property
    def status(self) -> int:
        """422 where nothing was typed."""
        return 422 if self.shell.errors else 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgotSentPage(View):
    """The same whoever asked: a mail is on its way if somebody has that name."""

    template: ClassVar[str] = "forgot_sent"
    step: ClassVar[str] = "forgot"

    minutes: int
    back_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPasswordPage(View):
    """A new password by a mailed link. Field: `new_password`; `username` comes along, hidden and read-only."""

    template: ClassVar[str] = "reset_password"
    step: ClassVar[str] = "new-password"

    username: str
    minimum: int
    maximum: int = MAXIMUM

    @property
    def status(self) -> int:
        """422 where the password was refused: the link is as good as before."""
        return 422 if self.shell.errors else 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetDonePage(View):
    """The password is new, and nobody is signed in by that."""

    template: ClassVar[str] = "reset_done"
    step: ClassVar[str] = "finished"

    sign_in_url: str | None = None
    """The sign-in that waits in this browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLinkPage(View):
    """A link that does nothing, or no longer."""

    template: ClassVar[str] = "dead_link"
    step: ClassVar[str] = "error"

    forgot_url: str | None
    """Where there is another one to be had."""

    @property
    def status(self) -> int:
        """Gone."""
        return 410


@dataclass(frozen=True, slots=True, kw_only=True)
class SecureAccountPage(View):
    """Asks before everything is signed out. A button, no field."""

    template: ClassVar[str] = "secure_account"
    step: ClassVar[str] = "secure-account"

    username: str
    address: str | None
    """The e-mail address that the account gets back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredPage(View):
    """Everything is signed out."""

    template: ClassVar[str] = "secured"
    step: ClassVar[str] = "finished"

    forgot_url: str | None
