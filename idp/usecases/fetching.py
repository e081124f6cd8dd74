"""Documents that a client keeps at a URL of its own. A failure is a security event, whoever it was that needed one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from idp.audit.event import SecurityEvent
from idp.audit.protocol import ClientDocument, DocumentNotFetched
from idp.outbound.fetching import Fetched, FetchFailed, FetchFault
from idp.storage import events
from idp.usecases.recording import sealed
from idp.usecases.services import Services
from idp.values.actors import Actor
from idp.values.ids import ClientId
from idp.values.strict_json import strict_json

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDocument:
    """One to be fetched."""

    kind: ClientDocument
    url: str
    most: int
    """Octets."""
    client: ClientId | None = None
    """None while it is being registered."""


async def fetch(services: Services, document: RemoteDocument, read: Callable[[Fetched], Read], at: datetime) -> Read:
    """What `read` makes of it, which raises ValueError where it is no such document.

    Takes five seconds at most and holds no connection meanwhile. Raises FetchFailed, recorded.
    """
    values = (await services.configuration()).values
    try:
        fetched = await services.fetcher.get(document.url, allowed=values.fetch_hosts, most=document.most)
        return _judged(read, fetched)
    except FetchFailed as failure:
        await _record(services, document, failure.reason, at)
        raise


def json_of(fetched: Fetched) -> object:
    """The document as JSON, whatever media type it came with. Raises ValueError."""
    return strict_json(fetched.body)


def _judged(read: Callable[[Fetched], Read], fetched: Fetched) -> Read:
    try:
        return read(fetched)
    except ValueError:
        raise FetchFailed(FetchFault.WRONG_TYPE) from None


async def _record(services: Services, document: RemoteDocument, reason: FetchFault, at: datetime) -> None:
    event = DocumentNotFetched(document=document.kind, reason=reason.value, url=document.url)
    envelope = SecurityEvent(event=event, at=at, actor=Actor(kind="anonymous"), client=document.client)
    await events.record(services.database, [sealed(services, envelope)])
