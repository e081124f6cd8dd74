"""The sessions of the person in the portal: listed as they can be recognised, one or all others ended."""

from dataclasses import dataclass
from datetime import datetime

from idp.audit.sign_in import SessionEnded
from idp.authenticators.methods import Level
from idp.storage import endings, own_sessions
from idp.usecases.own_events import opened, place_of
from idp.usecases.portal import Present
from idp.values.ids import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One live session."""

    id: SessionId
    here: bool
    """Of the browser that asks."""
    since: datetime
    seen_at: datetime
    level: Level
    apps: tuple[str, ...]
    address: str
    place: str
    """Of the address, where a file says so."""
    agent: str


async def list_own(present: Present) -> tuple[Listed, ...]:
    """This browser's first, then the latest used."""
    scene = present.scene
    idle = scene.configuration.values.session_lifetimes.idle
    found = await own_sessions.live(scene.services.database, present.account.user, present.at, idle)
    listed = []
    for each in found:
        told = opened(present, each.told.at, each.told.kind, each.told.personal) if each.told else {}
        listed.append(
            Listed(
                id=each.id,
                here=each.id == present.session.id,
                since=each.created_at,
                seen_at=each.seen_at,
                level=each.level,
                apps=each.apps,
                address=told.get("address", ""),
                place=place_of(present, told.get("address", "")),
                agent=told.get("agent", ""),
            )
        )
    return tuple(sorted(listed, key=lambda each: not each.here))


async def end_own(present: Present, session: SessionId) -> None:
    """End one of the person's own; nothing happens for any other."""
    scene, user = present.scene, present.account.user
    events = scene.events(SessionEnded(reason="person"), session=session)
    await own_sessions.end(scene.services.database, user, session, present.at, events)


async def end_own_others(present: Present) -> None:
    """End all but this browser's, and every sign-in under way."""
    scene, user = present.scene, present.account.user
    events = scene.events(SessionEnded(reason="person"))
    async with scene.services.database.transaction() as transaction:
        await endings.move_on(transaction, user)
        await own_sessions.end_others(transaction, user, present.session.id, present.at, events)
