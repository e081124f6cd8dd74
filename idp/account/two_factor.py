"""`/account/two-factor`: whether it is on, since when, and what can be done about it."""

from starlette.responses import Response

from idp.login.purpose import PortalVisit, Task
from idp.policy.requirement import Reason
from idp.usecases.outcome import Begun
from idp.usecases.portal import FRESH_SECONDS, REMOVAL_SECONDS, Present, confirm
from idp.usecases.two_factor import factors, turn_off
from idp.web.portal import HOME, PortalPage, Submission, shell, to, url_of
from idp.web.portal_views import BoundApp, TwoFactorDonePage, TwoFactorOffPage, TwoFactorPage
from idp.web.views import View
from idp.words.messages import factor_required

HERE = f"{HOME}/two-factor"
PAGE = PortalPage(path=HERE)
DONE = PortalPage(path=f"{HERE}/done")
APP = PortalPage(path=f"{HERE}/app", back=HERE)
CODES = PortalPage(path=f"{HERE}/codes", back=HERE)
OFF = PortalPage(path=f"{HERE}/off", max_age=REMOVAL_SECONDS)


async def show(present: Present) -> View:
    """The state, in words."""
    found = await factors(present)
    frame = shell(present, HERE)
    return TwoFactorPage(
        shell=frame,
        apps=tuple(BoundApp(since=app.confirmed_at, used_at=app.used_at) for app in found.apps),
        at=present.at,
        codes_left=found.codes_left,
        required=_required(found.demanded, frame.brand.name),
        app_action=url_of(present, APP.path),
        codes_action=url_of(present, CODES.path),
        off_url=url_of(present, OFF.path),
    )


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
        on=bool(found.apps),
        required=_required(found.demanded, frame.brand.name),
        back_url=url_of(present, HERE),
    )


async def set_up_app(sent: Submission) -> Response | Begun:
    """Enable, or replace the app: inside a sign-in with fresh proofs."""
    return await _task(sent.present, "set_up_app", DONE.path)


async def renew_codes(sent: Submission) -> Response | Begun:
    """A new set, shown inside a sign-in with fresh proofs."""
    return await _task(sent.present, "new_recovery_codes", HERE)


async def take_away(sent: Submission) -> Response:
    """Off, where policy lets."""
    await turn_off(sent.present)
    return to(sent.present, HERE)


async def _task(present: Present, task: Task, return_to: str) -> Response | Begun:
    outcome = await confirm(present, PortalVisit(return_to=return_to, max_age=FRESH_SECONDS, task=task))
    return outcome if isinstance(outcome, Begun) else to(present, HERE)


def _required(demanded: Reason | None, brand: str) -> str | None:
    match demanded:
        case None:
            return None
        case Reason(source="server" | "group" | "user" | "client" as source, name=name):
            return factor_required(source, name, brand)
        case _:
            return factor_required("user", "", brand)
