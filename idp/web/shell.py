"""What every page has around its own content: brand, app, person, errors. Values only, rendered elsewhere."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from idp.directory.preferences import Theme

FieldName = Literal[
    "", "username", "password", "new_password", "code", "key", "recovery_code", "enrolment_pass", "saved",
    "name", "given_name", "family_name", "locale", "zoneinfo", "theme", "email",
]  # fmt: skip
"""Names of form fields, which password managers rely on; empty for an error that belongs to no field."""

_ANCHORS: dict[str, str] = {
    "password": "current-password",
    "new_password": "new-password",
    "recovery_code": "recovery-code",
    "key": "use-key",
    "enrolment_pass": "enrolment-pass",
    "given_name": "given-name",
    "family_name": "family-name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that is shown: the words, and a URL that exists."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """This server as people know it."""

    name: str
    contact: str
    """Whom to ask for help, as it reads after «Ask»: an e-mail address or https URL becomes a link, other text not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The relying app, in words for people."""

    name: str
    host: str
    """Host of the redirect URI, or its scheme where it is a private one."""
    home_url: str | None = None
    """Where the app starts a sign-in afresh; without one no link to it is shown."""
    logo_path: str | None = None
    """Below the root, where its logo is served from; that there is one does not mean that it can be had."""
    policy_url: str | None = None
    terms_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Who is signing in, and the way out: «Signing in as alice · Not you?»."""

    name: str
    """Masked by whoever fills it in, until the password was right."""
    not_you_action: str | None = None
    """URL that «Not you?» posts to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One thing to correct, said in the summary and again above its field."""

    field: FieldName
    message: str
    more: Link | None = None
    """A way on, shown after the message: «Use the recovery page»."""

    @property
    def anchor(self) -> str:
        """The id of the field, which is stable across releases; empty where there is none."""
        return _ANCHORS.get(self.field, self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """A link to a page of the portal; `here` where that page is shown."""

    text: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """How long somebody may leave the portal alone."""

    after: str
    """In words."""
    seconds: int | None
    """From now until two minutes before; None where the session is over before, whatever its person does."""
    stay_url: str
    """A picture that keeps the session alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The common part of every view."""

    brand: Brand
    action: str = ""
    """URL that the page's own form posts to; empty on pages without a form."""
    csrf: str = field(default="", repr=False)
    app: App | None = None
    cancel_action: str | None = None
    """URL that «Cancel and return to App» posts to."""
    strip: Strip | None = None
    errors: tuple[FieldError, ...] = ()
    nav: tuple[NavItem, ...] = ()
    """Of the portal; empty elsewhere."""
    signed_in_as: str | None = None
    """In the portal: who is, with a way to sign out."""
    sign_out_url: str = ""
    idle: Idle | None = None
    returned: bool = False
    """In the portal: whether the person comes back to a form that has not been sent yet."""
    root: str = ""
    """Path of the issuer, before the path of every file of ours."""
    theme: Theme = "system"
    """Chosen by whoever is signed in, for the portal; a sign-in follows the device."""

    CSRF_FIELD: ClassVar[str] = "csrf"

    def error(self, name: FieldName) -> FieldError | None:
        """The first error of that field."""
        return next((each for each in self.errors if each.field == name), None)
