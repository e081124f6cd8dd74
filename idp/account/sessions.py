"""`/account/sessions`: where the person is signed in or spared the second factor, and the end of any of it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Literal
from uuid import UUID

from starlette.responses import Response

from idp.authenticators.methods import Level
from idp.usecases.own_sessions import Listed, end_own, end_own_others, list_own
from idp.usecases.portal import FRESH_SECONDS, Present
from idp.usecases.remembered_browsers import ListedBrowser, forget, list_remembered
from idp.values.ids import RememberedId, SessionId
from idp.web.portal import HOME, PortalPage, Submission, shell, to, url_of
from idp.web.portal_views import RememberedCard, SessionCard, SessionsPage
from idp.web.views import View
from idp.words.browsers import browser
from idp.words.own_account import session_level

HERE = f"{HOME}/sessions"
PAGE = PortalPage(path=HERE)
END = PortalPage(path=f"{HERE}/end", back=HERE, max_age=FRESH_SECONDS, keeps=frozenset({"session"}))
END_OTHERS = PortalPage(path=f"{HERE}/end-others", back=HERE, max_age=FRESH_SECONDS)
FORGET = PortalPage(path=f"{HERE}/forget", back=HERE)
"""Without a fresh proof: whoever does it is asked more from then on, not less."""


_LEVELS: Mapping[Level, Literal["1fa", "2fa", "phr"]] = {
    Level.NONE: "1fa",
    Level.ONE: "1fa",
    Level.TWO: "2fa",
    Level.PHISHING_RESISTANT: "phr",
}


async def show(present: Present) -> View:
    """A card for each browser, this one first."""
    return SessionsPage(
        shell=shell(present, HERE),
        cards=tuple(_card(each, chosen=(present.typed or {}).get("session")) for each in await list_own(present)),
        remembered=tuple(_remembered(each) for each in await list_remembered(present)),
        at=present.at,
        end_action=url_of(present, END.path),
        end_others_action=url_of(present, END_OTHERS.path),
        forget_action=url_of(present, FORGET.path),
    )


async def end_one(sent: Submission) -> Response:
    """`session`. What is none of the person's ends nothing."""
    with suppress(ValueError):
        await end_own(sent.present, SessionId(UUID(sent.form.text("session"))))
    return to(sent.present, HERE)


async def end_others(sent: Submission) -> Response:
    """All but this browser's."""
    await end_own_others(sent.present)
    return to(sent.present, HERE)


async def forget_browsers(sent: Submission) -> Response:
    """`browser`, or all where the form names none. What is none of the person's is not forgotten."""
    with suppress(ValueError):
        named = sent.form.text("browser")
        await forget(sent.present, RememberedId(UUID(named)) if named else None)
    return to(sent.present, HERE)


def _remembered(each: ListedBrowser) -> RememberedCard:
    return RememberedCard(
        id=str(each.id),
        here=each.here,
        browser=browser(each.agent),
        address=each.address,
        until=each.until,
        used_at=each.used_at,
    )


def _card(each: Listed, *, chosen: str | None) -> SessionCard:
    return SessionCard(
        id=str(each.id),
        here=each.here,
        browser=browser(each.agent),
        address=each.address,
        place=each.place,
        since=each.since,
        seen_at=each.seen_at,
        level=session_level(_LEVELS[each.level]),
        chosen=str(each.id) == chosen,
        apps=each.apps,
    )
