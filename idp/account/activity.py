"""`/account/activity`: what happened to the account, newest first."""

from idp.usecases.activity import Happened, activity
from idp.usecases.portal import Present
from idp.web.portal import HOME, PortalPage, shell, url_of
from idp.web.portal_views import ActivityLine, ActivityPage
from idp.web.views import View
from idp.words.activity import sentence
from idp.words.browsers import browser

HERE = f"{HOME}/activity"
PAGE = PortalPage(path=HERE)


async def show(present: Present) -> View:
    """Sentences."""
    return ActivityPage(
        shell=shell(present, HERE),
        lines=tuple(_line(each) for each in await activity(present)),
        at=present.at,
        sessions_url=url_of(present, f"{HOME}/sessions"),
        password_url=url_of(present, f"{HOME}/password"),
    )


def _line(each: Happened) -> ActivityLine:
    return ActivityLine(
        words=sentence(each.kind, each.details, each.app),
        browser=browser(each.agent) if each.agent else "",
        address=each.address,
        at=each.at,
    )
