"""`/account/activity`: what happened to the account, newest first, whole or in part."""

from collections.abc import Callable, Collection

from idp.usecases.activity import activity
from idp.usecases.portal import Present
from idp.web.activity_lines import ACTIVITY, line
from idp.web.activity_views import ActivityPage
from idp.web.portal import PortalPage, Show, shell, url_of
from idp.web.shell import NavItem
from idp.web.views import View
from idp.words import own_account
from idp.words.activity import APPS, CHANGES, KINDS, SIGN_INS

PARTS: tuple[tuple[PortalPage, Callable[[], str], Collection[str]], ...] = (
    (PortalPage(path=ACTIVITY), own_account.activity_all, KINDS),
    (PortalPage(path=f"{ACTIVITY}/sign-ins"), own_account.activity_sign_ins, SIGN_INS),
    (PortalPage(path=f"{ACTIVITY}/changes"), own_account.activity_changes, CHANGES),
    (PortalPage(path=f"{ACTIVITY}/apps"), own_account.activity_apps, APPS),
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
