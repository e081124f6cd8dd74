"""`/account/activity/not-me`: what follows, before it does; then everything else is signed out."""

from collections.abc import Mapping

from starlette.responses import Response

from idp.usecases.not_me import doubted, report
from idp.usecases.portal import FRESH_SECONDS, Present
from idp.web.activity_lines import ACTIVITY, NOT_ME, line
from idp.web.activity_views import NotMeDonePage, NotMePage
from idp.web.portal import HOME, PortalPage, Submission, shell, to, url_of
from idp.web.views import View

PAGE = PortalPage(path=NOT_ME)
REPORT = PortalPage(path=NOT_ME, max_age=FRESH_SECONDS, keeps=frozenset({"event"}))
DONE = PortalPage(path=f"{NOT_ME}/done")


async def show(present: Present, query: Mapping[str, str]) -> View:
    """`event`: the line that the person does not know; the page does its work without one."""
    event = (present.typed or query).get("event", "")
    found = await doubted(present, event)
    return NotMePage(
        shell=shell(present, NOT_ME),
        event=event if found else "",
        line=line(present, found) if found else None,
        at=present.at,
        back_url=url_of(present, ACTIVITY),
    )


async def submit(sent: Submission) -> Response:
    """`event`. The next page is behind the door, which asks for the new password."""
    await report(sent.present, sent.form.text("event"))
    return to(sent.present, DONE.path)


async def show_done(present: Present) -> View:
    """Once the password is new."""
    return NotMeDonePage(
        shell=shell(present, DONE.path),
        two_factor_url=url_of(present, f"{HOME}/two-factor"),
        enrolled=present.account.enrolled,
        apps_url=url_of(present, f"{HOME}/apps"),
        back_url=url_of(present, HOME),
    )
