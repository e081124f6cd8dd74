"""The logo of a client, fetched when somebody first asks to see it, and shown from our own origin.

A sign-in never waits for it: the page asks for it as any picture, and stands without it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from idp.oidc.logo import MOST_OCTETS, Picture, picture_of
from idp.outbound.fetching import Fetched, FetchFailed
from idp.storage import client_logos
from idp.storage.cache import Kept
from idp.storage.client_logos import KeptLogo
from idp.usecases.fetching import RemoteDocument, fetch
from idp.usecases.services import Services
from idp.values.ids import ClientId

__all__ = ["Logo", "Logos"]

GOOD_FOR = timedelta(days=1)
FAILED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """Of a client that says it has one."""

    name: str
    """The client's."""
    picture: Picture | None
    """None: it cannot be had, or could not within the last hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Many who want the same share one call, at the instant of the first."""

    client: ClientId
    uri: str
    at: datetime = field(compare=False)


class Logos:
    """Made once in a process, with the route that shows them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._calls: Kept[_Wanted, Picture | None] = Kept(self._fetched, most=0)

    async def of(self, client_id: ClientId, at: datetime) -> Logo | None:
        """None where the client says it has none, or is disabled or unknown.

        May take as long as a fetch; no connection is held meanwhile.
        """
        client = await self._services.client(client_id)
        if client is None or not client.active or client.metadata.logo_uri is None:
            return None
        wanted = _Wanted(client=client_id, uri=client.metadata.logo_uri, at=at)
        return Logo(name=client.name, picture=await self._picture(wanted))

    async def _picture(self, wanted: _Wanted) -> Picture | None:
        kept = await client_logos.kept(self._services.database, wanted.client)
        if kept is not None and kept.uri == wanted.uri and _is_fresh(kept, wanted.at):
            return kept.picture
        return await self._calls.get(wanted, keep=False)

    async def _fetched(self, wanted: _Wanted) -> Picture | None:
        document = RemoteDocument(kind="logo_uri", url=wanted.uri, most=MOST_OCTETS, client=wanted.client)
        picture: Picture | None
        try:
            picture = await fetch(self._services, document, _read, wanted.at)
        except FetchFailed:
            picture = None
        kept = KeptLogo(uri=wanted.uri, picture=picture, fetched_at=wanted.at)
        await client_logos.keep(self._services.database, wanted.client, kept)
        return picture


def _is_fresh(kept: KeptLogo, at: datetime) -> bool:
    return at - kept.fetched_at < (GOOD_FOR if kept.picture else FAILED_FOR)


def _read(fetched: Fetched) -> Picture:
    return picture_of(fetched.body)
