"""A line of what happened to an account, as the page of activity shows it and «This was not me» names it."""

from idp.usecases.activity import Happened
from idp.usecases.portal import Present
from idp.web.activity_views import ActivityLine
from idp.web.portal import HOME, url_of
from idp.words.activity import sentence
from idp.words.browsers import browser

ACTIVITY = f"{HOME}/activity"
NOT_ME = f"{ACTIVITY}/not-me"


def line(present: Present, each: Happened) -> ActivityLine:
    """The event in words."""
    return ActivityLine(
        words=sentence(each.kind, each.details, each.app),
        browser=browser(each.agent) if each.agent else "",
        address=each.address,
        place=each.place,
        at=each.at,
        not_me_url=f"{url_of(present, NOT_ME)}?event={each.id}",
    )
