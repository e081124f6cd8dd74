"""`/account/activity`: what happened to the account, newest first, whole or in part."""

from collections.abc import Callable, Collection

from idp.usecases.activity import Happened, activity
from idp.usecases.portal import Present
from idp.web.activity_views import ActivityLine, ActivityPage
from idp.web.portal import HOME, PortalPage, Show, shell, url_of
from idp.web.shell import NavItem
from idp.web.views import View
from idp.words import own_account
from idp.words.activity import APPS, CHANGES, KINDS, SIGN_INS, sentence
from idp.words.browsers import browser

HERE = f"{HOME}/activity"
NOT_ME = f"{HERE}/not-me"
PARTS: tuple[tuple[PortalPage, Callable[[], str], Collection[str]], ...] = (
    (PortalPage(path=HERE), own_account.activity_all, KINDS),
    (PortalPage(path=f"{HERE}/sign-ins"), own_account.activity_sign_ins, SIGN_INS),
    (PortalPage(path=f"{HERE}/changes"), own_account.activity_changes, CHANGES),
    (PortalPage(path=f"{HERE}/apps"), own_account.activity_apps, APPS),
)
"""The whole, and what the filter can show of it."""


def showing(page: PortalPage, kinds: Collection[str]) -> Show:
    """One of these parts, in sentences."""

    async def show(present: Present) -> View:
        return ActivityPage(
            shell=shell(present, page.path),
            lines=tuple(line(present, each) for each in await activity(present, kinds)),
            filters=tuple(
                NavItem(text=words(), url=url_of(present, part.path), here=part.path == page.path)
                for part, words, _ in PARTS
            ),
            at=present.at,
        )

    return show


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
