"""Filled-in views of the Activity page of the portal and of «This was not me»."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from idp.web import activity_views
from idp.web.shell import NavItem
from idp.web.views import View
from tests.browser.portal_frame import AT, portal

ACTIVITY = activity_views.ActivityPage(
    shell=portal("Activity"),
    lines=tuple(
        activity_views.ActivityLine(
            words=words, browser=browser, address=address, place=place, at=at, not_me_url="/not-me"
        )
        for words, browser, address, place, at in (
            ("Signed in to Wiki", "Firefox on Windows", "203.0.113.7", "Berlin, Germany", AT),
            ("Wrong code", "", "2001:db8:85a3:8d3:1319:8a2e:370:7348", "", AT - timedelta(days=1)),
            ("Password set by an admin", "", "", "", AT - timedelta(days=9)),
        )
    ),
    filters=tuple(
        NavItem(text=words, url="/activity", here=words == "Everything")
        for words in ("Everything", "Sign-ins", "Changes", "Apps")
    ),
    at=AT,
)
NOT_ME_DONE = activity_views.NotMeDonePage(
    shell=portal("Activity"), two_factor_url="/two-factor", enrolled=True, apps_url="/apps", back_url="/back"
)

ACTIVITY_VIEWS: dict[str, View] = {
    "activity": ACTIVITY,
    "activity-none": replace(ACTIVITY, lines=()),
    "not-me": activity_views.NotMePage(
        shell=portal("Activity"), event="7", line=ACTIVITY.lines[1], at=AT, back_url="/back"
    ),
    "not-me-returned": activity_views.NotMePage(
        shell=replace(portal("Activity"), returned=True), event="", line=None, at=AT, back_url="/back"
    ),
    "not-me-done": NOT_ME_DONE,
    "not-me-done-off": replace(NOT_ME_DONE, enrolled=False),
}
