"""`/account/email`: another e-mail address, from the form to the mailed link and its button."""

from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from idp.usecases import addresses
from idp.usecases.addresses import LINK_LIVES, NotAsked, Refused
from idp.usecases.portal import FRESH_SECONDS, Present
from idp.usecases.profile import own_profile
from idp.usecases.services import Services
from idp.web import cookies, responses
from idp.web.asides import Aside, aside_of
from idp.web.edges import Handler
from idp.web.error_page import ErrorKind
from idp.web.portal import HOME, PortalPage, Submission, shell, shown, to, url_of
from idp.web.profile_views import (
    ConfirmEmailPage,
    DeadEmailLinkPage,
    EmailConfirmedPage,
    OwnEmailPage,
    OwnEmailSentPage,
    Waiting,
)
from idp.web.shell import FieldError
from idp.web.views import View
from idp.words import field_errors, own_account

HERE = f"{HOME}/email"
PAGE = PortalPage(path=HERE, max_age=FRESH_SECONDS, keeps=frozenset({"email"}))
SENT = PortalPage(path=f"{HERE}/sent")
CONFIRM = PortalPage(path=f"{HERE}/confirm")
DONE = PortalPage(path=f"{HERE}/done")
TIME_TO_SIGN_IN = timedelta(hours=1)


async def show(present: Present) -> View:
    """The form. There is none where no mail can be sent, or addresses are an admin's."""
    return await _form(present, typed=(present.typed or {}).get("email", ""))


async def submit(sent: Submission) -> Response:
    """`email`, which is kept where nothing was sent."""
    _open(sent.present)
    typed = sent.form.text("email")
    outcome = await addresses.ask(sent.present, typed, url_of(sent.present, CONFIRM.path))
    if outcome is None:
        return to(sent.present, SENT.path)
    said = FieldError(field="email", message=_sentence(outcome, typed, sent.present))
    return responses.page(await _form(sent.present, said, typed=typed))


async def show_sent(present: Present) -> View:
    """After the form: a refresh asks for nothing."""
    person, waiting = await own_profile(present), await addresses.waiting(present)
    return OwnEmailSentPage(
        shell=shell(present, HOME),
        waiting=Waiting(address=waiting.address, until=waiting.until) if waiting else None,
        current=person.email,
        at=present.at,
        again_url=url_of(present, HERE),
        back_url=url_of(present, HOME),
    )


def by_mail(services: Services) -> Handler:
    """GET: with the secret, by the mail; without, by ourselves, after a sign-in where one is needed."""

    async def handler(request: Request) -> Response:
        aside = await aside_of(services, request)
        if (onward := aside.taken_out(CONFIRM.path, TIME_TO_SIGN_IN)) is not None:
            return onward

        async def show_link(present: Present) -> View:
            return await _link_page(present, aside)

        return await shown(services, CONFIRM, show_link)(request)

    return handler


async def confirm(sent: Submission) -> Response:
    """The button, without a field."""
    issuer = sent.present.scene.services.settings.issuer
    outcome = await addresses.confirm(sent.present, cookies.read(sent.request, issuer).link)
    if isinstance(outcome, Refused):
        return responses.page(_dead(sent.present, outcome, await aside_of(sent.present.scene.services, sent.request)))
    response = to(sent.present, DONE.path)
    cookies.clear(response, issuer, "link")
    return response


async def show_done(present: Present) -> View:
    """After the button."""
    person = await own_profile(present)
    return EmailConfirmedPage(
        shell=shell(present, HOME),
        address=person.email,
        back_url=url_of(present, HOME),
    )


def _open(present: Present) -> None:
    if not addresses.can_change(present):
        raise HTTPException(404)


async def _form(present: Present, *errors: FieldError, typed: str = "") -> OwnEmailPage:
    _open(present)
    person = await own_profile(present)
    return OwnEmailPage(
        shell=shell(present, HERE, errors),
        current=person.email,
        typed=typed,
        hours=int(LINK_LIVES.total_seconds() // 3600),
        back_url=url_of(present, HOME),
    )


def _sentence(outcome: NotAsked, typed: str, present: Present) -> str:
    if outcome.until is not None:
        return field_errors.too_many_tries(outcome.until, present.at)
    if outcome.reason == "same":
        return own_account.address_is_yours()
    return own_account.address_shape() if typed.strip() else own_account.address_missing()


async def _link_page(present: Present, aside: Aside) -> View:
    link = await addresses.look(present, aside.secret)
    if isinstance(link, Refused):
        return _dead(present, link, aside)
    return ConfirmEmailPage(
        shell=shell(present, CONFIRM.path),
        username=present.account.username,
        address=link.address,
        current=present.account.email,
        back_url=url_of(present, HOME),
    )


def _dead(present: Present, refused: Refused, aside: Aside) -> DeadEmailLinkPage:
    if refused.until is not None:
        raise aside.refused(ErrorKind.TOO_MANY, refused.until)
    return DeadEmailLinkPage(
        shell=shell(present, CONFIRM.path),
        foreign=refused.reason == "foreign",
        taken=refused.reason == "address_taken",
        again_url=url_of(present, HERE) if addresses.can_change(present) else None,
        back_url=url_of(present, HOME),
    )
