"""A refused attempt: told to the person, counted against its source and recorded, all in one statement."""

from dataclasses import dataclass
from datetime import datetime

from idp.audit.event import Event
from idp.audit.guards import AuthenticatorDisabled, SourceLimited, ThrottlePaused
from idp.authenticators.methods import Counter
from idp.authenticators.throttling import SOURCE_LIMIT, disabled, pause_after, source_key
from idp.login.notice import Notice, NoticeKind
from idp.storage import settlements
from idp.storage.attempts import Held, Reserved
from idp.usecases.outcome import Current
from idp.usecases.scene import Scene
from idp.values.ids import InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What was refused and what is said of it."""

    event: Event
    notice: Notice
    method: Counter
    state: Reserved | Held | None = None
    """As reserved; None for a try that no counter counts."""


async def settle_failure(scene: Scene, current: Current, failure: Failure) -> Current:
    """Record it. A try that was not looked at (held) is recorded too, but counts against nobody."""
    await record_failure(scene, failure, current.interaction.id)
    return current


async def record_failure(scene: Scene, failure: Failure, interaction: InteractionId | None = None) -> Notice:
    """The same outside a sign-in; gives what is said of it."""
    source = source_key(scene.visit.origin.address) if isinstance(failure.state, Reserved) else None
    events = scene.events(failure.event, *_guards(scene, failure))
    notice = _closing(failure, scene.visit.at) or failure.notice
    await settlements.settle_failure(scene.services.database, interaction, notice, source, scene.visit.at, events)
    return notice


def held(state: Held, method: Counter, username: str = "") -> Notice:
    """The same words for any name: until when, or that the way is closed."""
    return Notice(kind=NoticeKind.HELD, method=method.value, until=state.until, username=username)


def _closing(failure: Failure, at: datetime) -> Notice | None:
    """The failure that begins a pause, or ends in a closed way, is told as that and not as one more wrong input."""
    if not isinstance(failure.state, Reserved):
        return None
    pause, username = pause_after(failure.state.failures), failure.notice.username
    if pause is not None:
        return held(Held(until=at + pause), failure.method, username)
    return held(Held(until=None), failure.method, username) if disabled(failure.state.failures) else None


def _guards(scene: Scene, failure: Failure) -> tuple[Event, ...]:
    """What the guards did because of it."""
    match failure.state:
        case Reserved(failures=failures) if disabled(failures):
            return (AuthenticatorDisabled(method=failure.method, failures=failures),)
        case Reserved(failures=failures) if pause := pause_after(failures):
            return (ThrottlePaused(method=failure.method, failures=failures, until=scene.visit.at + pause),)
        case Held(source_limited=True):
            return (SourceLimited(failures=SOURCE_LIMIT, source=source_key(scene.visit.origin.address)),)
        case _:
            return ()
