"""`/account/password`: the current one and a new one."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from idp.authenticators.password import prepared
from idp.login.notice import Notice, NoticeKind
from idp.usecases.own_password import Typed, change_own_password, minimum
from idp.usecases.portal import FRESH_SECONDS, Present
from idp.usecases.services import Services
from idp.values.secrets import Password
from idp.web import responses
from idp.web.edges import Handler
from idp.web.field_errors import errors, field_of
from idp.web.portal import HOME, PortalPage, Submission, shell, to, url_of
from idp.web.portal_views import OwnPasswordDonePage, OwnPasswordPage
from idp.web.shell import FieldError
from idp.web.views import View
from idp.words.own_account import password_good

HERE = f"{HOME}/password"
PAGE = PortalPage(path=HERE, max_age_if_enrolled=FRESH_SECONDS, keeps=frozenset({"sign_out_others"}))
DONE = PortalPage(path=f"{HERE}/done")
UNPROCESSABLE = 422


async def show(present: Present) -> View:
    """The form, with the box ticked."""
    ticked = present.typed is None or "sign_out_others" in present.typed
    return _page(present, None, sign_out_others=ticked)


async def submit(sent: Submission) -> Response:
    """`password`, `new_password`, `sign_out_others`. What was typed is not kept, what was ticked is."""
    others = sent.form.text("sign_out_others") == "yes"
    typed = Typed(
        current=prepared(sent.form.text("password")),
        new=prepared(sent.form.text("new_password")),
        sign_out_others=others,
    )
    notice = await change_own_password(sent.present, typed)
    if notice is None:
        return to(sent.present, DONE.path)
    page = _page(sent.present, notice, sign_out_others=others)
    return responses.page(replace(page, judged=_judged(notice, typed.new)), UNPROCESSABLE)


async def show_done(present: Present) -> View:
    """After the change."""
    return OwnPasswordDonePage(shell=shell(present, DONE.path), back_url=url_of(present, HOME))


def well_known(services: Services) -> Handler:
    """GET: where password managers look for the page (A Well-Known URL for Changing Passwords, 2)."""

    async def handler(_: Request) -> Response:
        return responses.see_other(services.settings.issuer.url(HERE))

    return handler


def _page(present: Present, notice: Notice | None, *, sign_out_others: bool) -> OwnPasswordPage:
    return OwnPasswordPage(
        shell=shell(present, HERE, _errors(present, notice)),
        username=present.account.username,
        minimum=minimum(present),
        sign_out_others=sign_out_others,
    )


def _judged(notice: Notice, new: Password) -> str:
    """The new one is looked at before the present one, and secrets do not come back: so that nobody doubts it."""
    if notice.kind in {NoticeKind.PASSWORD_MISSING, NoticeKind.NEW_PASSWORD_REFUSED}:
        return ""
    return password_good(len(new.expose()))


def _errors(present: Present, notice: Notice | None) -> tuple[FieldError, ...]:
    """There is no field for the name: what is said of the two stands above the password."""
    if notice is None:
        return ()
    contact = shell(present, HERE).brand.contact
    said = errors(notice, field_of(notice), present.at, contact)
    return tuple(replace(each, field="password") if each.field == "username" else each for each in said)
