"""One filled-in view for each page of a forgotten password and each of its states."""

from __future__ import annotations

from dataclasses import replace

from idp.web import forgot_views as views
from idp.web.shell import App, Brand, FieldError, Shell
from idp.web.views import View
from idp.words import field_errors

APP = App(name="Wiki", host="wiki.example.org", home_url="https://wiki.example.org/")
SHELL = Shell(brand=Brand(name="Northwind", contact="help@example.org"), app=APP, action="/here", csrf="token")
SHORT = field_errors.new_password_refused("too_short", minimum=15, maximum=256)
RESET = views.ResetPasswordPage(shell=SHELL, username="alice", minimum=12)


def wrong(field: FieldError) -> Shell:
    """After a refused input."""
    return replace(SHELL, errors=(field,))


FORGOT_VIEWS: dict[str, View] = {
    "forgot": views.ForgotPage(shell=SHELL, back_url="/back"),
    "forgot-empty": views.ForgotPage(
        shell=wrong(FieldError(field="username", message=field_errors.username_missing()))
    ),
    "forgot-sent": views.ForgotSentPage(shell=SHELL, minutes=30, back_url="/back"),
    "forgot-sent-bare": views.ForgotSentPage(shell=replace(SHELL, app=None), minutes=30),
    "reset-password": RESET,
    "reset-password-wrong": replace(RESET, shell=wrong(FieldError(field="new_password", message=SHORT))),
    "reset-done": views.ResetDonePage(shell=SHELL, sign_in_url="/on"),
    "reset-done-elsewhere": views.ResetDonePage(shell=SHELL),
    "reset-done-homeless": views.ResetDonePage(shell=replace(SHELL, app=None)),
    "dead-link": views.DeadLinkPage(shell=SHELL, forgot_url="/forgot"),
    "dead-link-secure": views.DeadLinkPage(shell=replace(SHELL, app=None), forgot_url=None),
    "secure-account": views.SecureAccountPage(shell=replace(SHELL, app=None), username="alice", address=None),
    "secure-account-email": views.SecureAccountPage(
        shell=replace(SHELL, app=None), username="alice", address="alice@example.com"
    ),
    "secured": views.SecuredPage(shell=replace(SHELL, app=None), forgot_url="/forgot"),
    "secured-without-mail": views.SecuredPage(shell=replace(SHELL, app=None), forgot_url=None),
}
