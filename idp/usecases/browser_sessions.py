"""Browser sessions as admins see them: the live ones listed, one or all of a person ended, and who was told of it."""

from datetime import datetime
from uuid import UUID

from idp.audit.sign_in import SessionEnded
from idp.directory.permissions import Permission
from idp.storage import endings, outbox, session_lists
from idp.storage.outbox import ToldLogout
from idp.storage.session_lists import Listed, Wanted
from idp.usecases.management import NotFound, found_user
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.ids import SessionId, UserId

__all__ = ["Listed", "ToldLogout", "end", "end_all", "list_logouts", "list_sessions"]

PERMISSION = Permission.SESSIONS_WRITE
READING = Permission.SESSIONS_READ

MOST_LOGOUTS = 200


async def list_sessions(services: Services, username: str | None, at: datetime) -> list[Listed]:
    """The live ones, of one person or of all, the latest used first. Raises NotFound."""
    user = (await found_user(services.database, username)).id if username else None
    idle = (await services.configuration()).values.session_lifetimes.idle
    return await session_lists.live(services.database, Wanted(user=user), at, idle)


async def list_logouts(services: Services, session: str | None, *, failed: bool) -> list[ToldLogout]:
    """Apps told by back channel that a session ended: of one session or of all, the latest first. Raises NotFound."""
    wanted = _session_id(session) if session else None
    return await outbox.listed(services.database, wanted, failed=failed, limit=MOST_LOGOUTS)


async def end(unit: Unit, session: str) -> Listed:
    """End one; its grants without offline_access end with it. Raises NotFound."""
    found = await _live(unit, Wanted(session=_session_id(session)))
    if not found:
        raise NotFound("There is no live session of that id.")
    await _end(unit, found[0])
    return found[0]


async def end_all(unit: Unit, username: str) -> int:
    """End every session of a person and every sign-in under way; returns how many sessions. Raises NotFound."""
    user: UserId = (await found_user(unit.connection, username)).id
    await endings.abandon_sign_ins(unit.connection, user)
    found = await _live(unit, Wanted(user=user))
    for each in found:
        await _end(unit, each)
    # Those left idle sign nobody in, but apps of their time may still know the person, and hear of it.
    idle = await endings.end_sessions(unit.connection, user, unit.at)
    if idle:
        await unit.record(SessionEnded(reason="admin"), user=user)
    elif not found:
        unit.nothing_changed()
    return len(found)


async def _live(unit: Unit, wanted: Wanted) -> list[Listed]:
    idle = (await unit.services.configuration()).values.session_lifetimes.idle
    return await session_lists.live(unit.connection, wanted, unit.at, idle)


async def _end(unit: Unit, session: Listed) -> None:
    await session_lists.end(unit.connection, session.id, unit.at)
    await unit.record(SessionEnded(reason="admin"), user=session.user, session=session.id)


def _session_id(text: str) -> SessionId:
    try:
        return SessionId(UUID(text))
    except ValueError:
        raise NotFound("A session's id looks like 0197a2b4-….") from None
