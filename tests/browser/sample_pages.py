"""One filled-in view for each page and each of its states, by a name that a test can print. Sends nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from idp.oidc.frontchannel_logout import Frame
from idp.web import qr, views
from idp.web.error_page import DeveloperNote, ErrorKind, ErrorPage
from idp.web.lost_views import EnrolmentPassPage, LostPage
from idp.web.shell import App, Brand, FieldError, FieldName, Link, Shell, Strip
from idp.words import field_errors, messages
from tests.browser.forgot_pages import FORGOT_VIEWS
from tests.browser.key_pages import ASKED, enrolment_of_key, needed_key, only_key, second_step
from tests.browser.portal_pages import PORTAL_VIEWS

AT = datetime(2031, 3, 5, 14, 22, 40, tzinfo=UTC)
APP = App(name="Wiki", host="wiki.example.org", home_url="https://wiki.example.org/")
OTPAUTH = "otpauth://totp/Northwind:alice%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Northwind"
CODES = tuple(f"k7pm-x2dq-9w4t-c8h{letter}" for letter in "abcdefghjk")

BARE = Shell(brand=Brand(name="Northwind", contact="help@example.org"))
START = replace(BARE, app=APP, action="/here", csrf="token", cancel_action="/cancel")
MASKED = replace(START, strip=Strip(name="a•••@e•••.com", not_you_action="/not-you"))
KNOWN = replace(START, strip=Strip(name="alice@example.com", not_you_action="/not-you"))

V = TypeVar("V", bound=views.View)


def wrong(view: V, field: FieldName, *sentences: str, more: Link | None = None) -> V:
    """The same page after a refused input."""
    errors = tuple(FieldError(field=field, message=sentence, more=more) for sentence in sentences)
    return replace(view, shell=replace(view.shell, errors=errors))


PASSWORD = views.PasswordPage(shell=START, passkey_action="/passkey", passkey_options=ASKED)
SECOND_FACTOR = views.SecondFactorPage(
    shell=MASKED, account="Northwind (a•••@e•••.com)", lost_url="/lost", recovery_url="/recovery", codes_left=8
)
PASS = EnrolmentPassPage(shell=KNOWN)
LOST = LostPage(
    shell=KNOWN, reference="482 190 735", code_url="/second-factor", key_url="/security-key", recovery_url="/recovery"
)
RECOVERY = views.RecoveryPage(shell=MASKED, lost_url="/lost", code_url="/second-factor")
ENROLMENT = views.EnrolmentPage(
    shell=KNOWN,
    why=messages.enrolment_why("client", "Wiki", "Northwind"),
    account="alice@example.com",
    qr=qr.svg(OTPAUTH),
    otpauth=OTPAUTH,
    key_groups=("JBSW", "Y3DP", "EHPK", "3PXP", "JBSW", "Y3DP", "EHPK", "3PXP"),
)
SAVE_CODES = views.RecoveryCodesPage(
    shell=KNOWN, codes=CODES, account="alice@example.com", made_at=AT, download_action="/download"
)
NEW_PASSWORD = views.NewPasswordPage(shell=KNOWN, reason="set_by_other", username="alice", minimum=12)
PAUSED = views.PausedPage(
    shell=MASKED,
    until=AT + timedelta(minutes=12),
    at=AT,
    reason=messages.paused_reason("code"),
    retry_url="/second-factor",
    other_ways=(Link(text=messages.paused_way("recovery_code"), url="/recovery"),),
)
NOTE = DeveloperNote(
    error="invalid_request",
    description="redirect_uri is not one of the registered ones",
    at=AT,
    client_id="wiki-7f3a",
    redirect_uri="https://wiki.example.org/oidc/callback/<script>alert(1)</script>",
)
FRAMES = (Frame(uri="https://chat.example.org/out?iss=i&sid=s", origin="https://chat.example.org"),)

LONG_APP = App(
    name="Verwaltungsinformationssystemzugangsportal", host="verwaltungsinformationssystem.intern.example.org"
)
LONG_NAME = "maximiliane-charlotte.wolkenstein@verwaltung.example.org"
LONG = replace(
    KNOWN,
    brand=Brand(name="Municipal Utilities, Waterworks and Harbour of Northwind", contact="service-desk@it.example.org"),
    app=LONG_APP,
    strip=Strip(name=LONG_NAME, not_you_action="/not-you"),
)
BRANDED = {
    "logo_path": "/logo/wiki?v=1",
    "policy_url": "https://wiki.example.org/privacy?lang=en&v=2",
    "terms_url": "https://wiki.example.org/terms",
}
CONSENT = views.ConsentPage(
    shell=KNOWN,
    permissions=(
        views.Permission(label=messages.permission("profile"), values=("Alice Ito",)),
        views.Permission(label=messages.permission("email"), values=("alice@example.com",)),
        views.Permission(label=messages.permission("groups"), values=("staff", "ops", "wiki-editors", "it")),
        views.Permission(label=messages.permission("offline_access")),
        views.Permission(label=messages.permission("payroll.read")),
    ),
)


def branded(view: V) -> V:
    """The same page, of an app with a logo, a privacy policy and terms of service."""
    app = view.shell.app
    return replace(view, shell=replace(view.shell, app=replace(app, **BRANDED) if app else None))


def _error(kind: ErrorKind, shell: Shell) -> ErrorPage:
    note = NOTE if kind is ErrorKind.UNSAFE_LINK else None
    retry = AT + timedelta(seconds=90) if kind in {ErrorKind.BUSY, ErrorKind.TOO_MANY} else None
    return ErrorPage(shell=shell, kind=kind, reference="q8Zk2LwV0aXc", developer=note, retry_at=retry, at=AT)


VIEWS: dict[str, views.View] = {
    "password": PASSWORD,
    "password-hinted": replace(PASSWORD, username="alice@example.com"),
    "password-again": replace(PASSWORD, username="alice", again=True),
    "password-wrong": wrong(replace(PASSWORD, username="alice"), "password", field_errors.password_wrong()),
    "password-empty": replace(
        PASSWORD,
        shell=replace(
            START,
            errors=(
                FieldError(field="username", message=field_errors.username_missing()),
                FieldError(field="password", message=field_errors.password_missing()),
            ),
        ),
    ),
    "second-factor": SECOND_FACTOR,
    "second-factor-remember": replace(SECOND_FACTOR, remember_days=30),
    "second-factor-low": replace(SECOND_FACTOR, codes_left=2),
    "second-factor-wrong": wrong(SECOND_FACTOR, "code", field_errors.code_wrong(), field_errors.our_clock(AT)),
    "second-factor-recovery-typed": wrong(
        SECOND_FACTOR,
        "code",
        field_errors.code_is_recovery_code(),
        more=Link(text=field_errors.use_recovery_page(), url="/recovery"),
    ),
    "second-factor-or-key": replace(SECOND_FACTOR, key_url="/security-key"),
    "password-passkey": wrong(PASSWORD, "key", field_errors.passkey_refused()),
    "security-key": second_step(MASKED),
    "security-key-only": only_key(MASKED),
    "security-key-refused": wrong(second_step(MASKED), "key", field_errors.key_copied()),
    "security-key-long": only_key(LONG),
    "recovery": RECOVERY,
    "recovery-or-key": replace(RECOVERY, key_url="/security-key"),
    "enrolment-pass": PASS,
    "enrolment-pass-waiting": replace(PASS, may_wait_until=AT + timedelta(days=3)),
    "enrolment-pass-wrong": wrong(PASS, "enrolment_pass", field_errors.pass_wrong(), field_errors.tries_left(2, 15)),
    "enrolment-pass-long": replace(PASS, shell=LONG),
    "lost": LOST,
    "lost-everything": LostPage(shell=LONG, reference="482 190 735"),
    "recovery-wrong": wrong(RECOVERY, "recovery_code", field_errors.recovery_code_used(AT)),
    "recovery-used": views.RecoveryUsedPage(shell=KNOWN, codes_left=6),
    "recovery-used-low": views.RecoveryUsedPage(shell=KNOWN, codes_left=1),
    "recovery-used-none": views.RecoveryUsedPage(shell=KNOWN, codes_left=0),
    "enrolment": ENROLMENT,
    "enrolment-wrong": wrong(ENROLMENT, "code", field_errors.clock_drift(-4)),
    "enrolment-or-key": replace(ENROLMENT, key_url="/key-enrolment"),
    "key-enrolment": enrolment_of_key(KNOWN),
    "key-enrolment-needed": needed_key(KNOWN),
    "key-enrolment-refused": wrong(enrolment_of_key(KNOWN), "key", field_errors.key_not_added()),
    "recovery-codes": SAVE_CODES,
    "recovery-codes-unsaved": wrong(SAVE_CODES, "saved", field_errors.codes_not_saved()),
    "new-password": NEW_PASSWORD,
    "new-password-wrong": wrong(
        replace(NEW_PASSWORD, reason="too_short"),
        "new_password",
        field_errors.new_password_refused("common", minimum=15, maximum=256),
    ),
    "password-branded": branded(PASSWORD),
    "password-branded-long": branded(views.PasswordPage(shell=replace(LONG, strip=None))),
    "consent": CONSENT,
    "consent-branded": branded(CONSENT),
    "consent-registered-itself": replace(CONSENT, registered_itself=True),
    "consent-long": views.ConsentPage(
        shell=LONG, permissions=(views.Permission(label=messages.permission("groups"), values=("x" * 60, "ops")),)
    ),
    "second-factor-long": replace(SECOND_FACTOR, shell=LONG, account=f"Northwind ({LONG_NAME})"),
    "select-account-long": views.SelectAccountPage(shell=LONG, name=LONG_NAME),
    "select-account": views.SelectAccountPage(shell=START, name="alice@example.com"),
    "returning": views.ReturningPage(
        shell=replace(BARE, app=APP), target="org.example.wiki:/callback?code=c&state=s%22%3E"
    ),
    "returning-signed-out": views.ReturningPage(
        shell=replace(BARE, app=APP), target="https://wiki.example.org/bye?state=s", frames=FRAMES
    ),
    "finished": views.FinishedPage(shell=replace(BARE, app=APP)),
    "finished-homeless": views.FinishedPage(shell=replace(BARE, app=replace(APP, home_url=None))),
    "logout": views.LogoutPage(shell=replace(START, cancel_action=None), carried=(("state", "s"),)),
    "signed-out": views.SignedOutPage(shell=replace(BARE, app=APP)),
    "signed-out-frames": views.SignedOutPage(shell=replace(BARE, app=APP), frames=FRAMES, same_by_get="/logout"),
    "paused": PAUSED,
    "cookies": views.CookiesPage(shell=replace(BARE, app=APP), host="id.example.org", retry_url="/again"),
    **{f"error-{kind}": _error(kind, replace(BARE, app=APP)) for kind in ErrorKind},
    "error-bare": _error(ErrorKind.EXPIRED, BARE),
    "password-confirming": replace(PASSWORD, username="alice", again=True, confirming=True),
    "password-forgettable": replace(PASSWORD, forgot_url="/forgot"),
    **FORGOT_VIEWS,
    **PORTAL_VIEWS,
}
