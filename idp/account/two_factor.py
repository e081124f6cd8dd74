"""`/account/two-factor`: whether it is on, with what, and what can be done about it as a whole."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from uuid import UUID

from starlette.responses import Response

from idp.directory.factor_name import factor_name, offered
from idp.directory.invalid import InvalidValue
from idp.login.purpose import PortalVisit, Task
from idp.policy.requirement import Reason
from idp.usecases.outcome import Begun
from idp.usecases.portal import FRESH_SECONDS, REMOVAL_SECONDS, Present, confirm
from idp.usecases.two_factor import Factors, factors, own_factor, turn_off
from idp.values.ids import AuthenticatorId
from idp.web import responses
from idp.web.factor_cards import LIST as HERE
from idp.web.factor_cards import card, name_refused
from idp.web.portal import HOME, PortalPage, Submission, shell, to, url_of
from idp.web.shell import FieldError
from idp.web.two_factor_views import TwoFactorDonePage, TwoFactorOffPage, TwoFactorPage
from idp.web.views import View
from idp.words.own_account import factor_required

PAGE = PortalPage(path=HERE)
DONE = PortalPage(path=f"{HERE}/done")
APP = PortalPage(path=f"{HERE}/app", back=HERE)
ADD = PortalPage(path=f"{HERE}/add", back=HERE)
CODES = PortalPage(path=f"{HERE}/codes", back=HERE)
OFF = PortalPage(path=f"{HERE}/off", max_age=REMOVAL_SECONDS)
KEY_PATH = f"{HERE}/key"
UNPROCESSABLE = 422


async def show(present: Present) -> View:
    """The state, in words."""
    return _page(present, await factors(present))


async def show_done(present: Present) -> View:
    """After the set-up; for everybody else the state as it is."""
    if not present.account.enrolled:
        return await show(present)
    return TwoFactorDonePage(
        shell=shell(present, DONE.path),
        back_url=url_of(present, HERE),
        others_action=url_of(present, f"{HOME}/sessions/end-others"),
    )


async def show_off(present: Present) -> View:
    """What is lost, before it is."""
    found = await factors(present)
    frame = shell(present, OFF.path)
    return TwoFactorOffPage(
        shell=frame,
        names=found.names,
        required=_required(found.demanded, frame.brand.name),
        back_url=url_of(present, HERE),
    )


async def set_up_app(sent: Submission) -> Response | Begun:
    """Enable, or with `factor` put a new app in the place of that one: inside a sign-in with fresh proofs."""
    visit = _doing("set_up_app", DONE.path)
    replaced = await _own_app(sent) if sent.form.text("factor") else None
    if replaced is not None:
        return await _begun(sent.present, replace(visit, replaces=replaced[0], name=replaced[1]))
    return await _begun(sent.present, visit) if not sent.present.account.enrolled else to(sent.present, HERE)


async def add_app(sent: Submission) -> Response | Begun:
    """`name`: one more, inside a sign-in with fresh proofs."""
    present, found = sent.present, await factors(sent.present)
    if not found.all or not found.room:
        return to(present, HERE)
    typed = sent.form.text("name")
    try:
        name = factor_name(typed, found.names)
    except InvalidValue as refused:
        page = _page(present, found, (name_refused(refused),))
        return responses.page(replace(page, name=typed), UNPROCESSABLE)
    return await _begun(present, replace(_doing("add_app", HERE), name=name))


async def renew_codes(sent: Submission) -> Response | Begun:
    """A new set, shown inside a sign-in with fresh proofs; where two-factor is off there is nothing to renew."""
    return await _begun(sent.present, _doing("new_recovery_codes", HERE))


async def take_away(sent: Submission) -> Response:
    """Off, where policy lets."""
    await turn_off(sent.present)
    return to(sent.present, HERE)


async def _own_app(sent: Submission) -> tuple[AuthenticatorId, str] | None:
    """Its id and its name, that of the first one being none."""
    with suppress(ValueError):
        found = await own_factor(sent.present, AuthenticatorId(UUID(sent.form.text("factor"))))
        if found is not None and found.kind == "app":
            return found.id, "" if found.name == offered(()) else found.name
    return None


def _doing(task: Task, return_to: str) -> PortalVisit:
    return PortalVisit(return_to=return_to, max_age=FRESH_SECONDS, task=task)


async def _begun(present: Present, visit: PortalVisit) -> Response | Begun:
    outcome = await confirm(present, visit)
    return outcome if isinstance(outcome, Begun) else to(present, HERE)


def _page(present: Present, found: Factors, errors: tuple[FieldError, ...] = ()) -> TwoFactorPage:
    frame = shell(present, HERE, errors)
    link = partial(url_of, present)
    return TwoFactorPage(
        shell=frame,
        cards=tuple(card(present, each) for each in found.all),
        at=present.at,
        codes_left=found.codes_left,
        required=_required(found.demanded, frame.brand.name),
        reasons=tuple(_words(each, frame.brand.name) for each in found.demanding),
        reset_at=found.reset_at,
        room=found.room,
        name=offered(found.names),
        app_action=link(APP.path),
        add_action=link(ADD.path),
        key_action=link(KEY_PATH),
        codes_action=link(CODES.path),
        off_url=link(OFF.path),
    )


def _required(demanded: Reason | None, brand: str) -> str | None:
    return None if demanded is None else _words(demanded, brand)


def _words(reason: Reason, brand: str) -> str:
    match reason:
        case Reason(source="server" | "group" | "user" | "client" as source, name=name):
            return factor_required(source, name, brand)
        case _:
            return factor_required("user", "", brand)
