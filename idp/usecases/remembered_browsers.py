"""Remembered browsers: the wish kept with a right factor, fulfilled when the sign-in is over; listed and forgotten."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from idp.audit.sign_in import BrowserForgotten, BrowserRemembered
from idp.login.facts import Facts
from idp.login.next_step import Cleared
from idp.login.purpose import Purpose
from idp.login.steps import Answer
from idp.policy.remembered import Remembered
from idp.storage import endings, interactions, remembered_browsers
from idp.storage.interactions import Opened
from idp.usecases.own_events import opened as unsealed
from idp.usecases.portal import Present
from idp.usecases.scene import Scene
from idp.usecases.visit import NewCookies
from idp.values.entropy import random_uuid
from idp.values.ids import RememberedId


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A code, or the answer of a key, as it came, and whether this browser is to be remembered."""

    text: str
    remember: bool = False


def days_offered(facts: Facts[Purpose]) -> int:
    """For how many days this browser may be remembered with the factor that is asked now; 0: not at all."""
    return facts.identity.requirement.remember_days if facts.identity else 0


async def wished(scene: Scene, opened: Opened) -> Opened:
    """Keep with the Interaction that this browser is to be remembered: the sign-in may have further pages."""
    interaction = opened.interaction
    if opened.account is None or Answer.REMEMBER in interaction.answered:
        return opened
    user, expires_at = opened.account.user, interaction.expires_at
    await interactions.answer(scene.services.database, interaction.id, Answer.REMEMBER, user, expires_at, [])
    answered = interaction.answered | {Answer.REMEMBER}
    return replace(opened, interaction=replace(interaction, answered=answered))


async def remember(scene: Scene, cleared: Cleared[Purpose], cookies: NewCookies) -> None:
    """After a sign-in that is finished, in a statement of its own; nobody who does not wish it pays for it."""
    identity, days, at = cleared.identity, cleared.identity.requirement.remember_days, scene.visit.at
    if Answer.REMEMBER not in cleared.facts.answered or not days or cookies.known is None:
        return
    browser = Remembered(
        id=RememberedId(random_uuid(scene.services.entropy)), since=at, until=at + timedelta(days=days)
    )
    events = scene.events(BrowserRemembered(browser=browser.id, until=browser.until))
    version, known = scene.configuration.rules.version, cookies.known.digest()
    await remembered_browsers.remember(scene.services.database, identity, version, known, browser, events)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBrowser:
    """One of the person's own."""

    id: RememberedId
    here: bool
    """The browser that asks."""
    since: datetime
    until: datetime
    used_at: datetime
    agent: str
    address: str


async def list_remembered(present: Present) -> tuple[ListedBrowser, ...]:
    """The latest used first."""
    scene = present.scene
    known = scene.visit.known.digest() if scene.visit.known else None
    found = await remembered_browsers.live(scene.services.database, present.account.user, known, present.at)
    listed = []
    for each in found:
        told = unsealed(present, each.told.at, each.told.kind, each.told.personal) if each.told else {}
        listed.append(
            ListedBrowser(
                id=each.browser.id,
                here=each.here,
                since=each.browser.since,
                until=each.browser.until,
                used_at=each.used_at,
                agent=told.get("agent", ""),
                address=told.get("address", ""),
            )
        )
    return tuple(listed)


async def forget(present: Present, browser: RememberedId | None) -> None:
    """Forget one of the person's own, or (None) all; nothing happens for any other's.

    Also one that is remembered at this very moment: who waits for the person finds another version.
    """
    scene, user = present.scene, present.account.user
    events = scene.events(BrowserForgotten(browser=browser))
    async with scene.services.database.transaction() as transaction:
        await endings.move_on(transaction, user)
        await remembered_browsers.forget(transaction, user, browser, events)
