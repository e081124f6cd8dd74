"""Logos of clients as they were fetched, and failures to fetch one, so that nobody is asked again too soon."""

from dataclasses import dataclass
from datetime import datetime

from idp.oidc.logo import MediaType, Picture
from idp.storage.database import Executor
from idp.values.ids import ClientId

KEPT = "SELECT uri, media_type, octets, fetched_at FROM client_logos WHERE client_id = $1"

KEEP = """
INSERT INTO client_logos (client_id, uri, media_type, octets, fetched_at)
SELECT client_id, $2, $3, $4, $5 FROM clients WHERE client_id = $1 FOR KEY SHARE
ON CONFLICT (client_id) DO UPDATE
    SET uri = excluded.uri, media_type = excluded.media_type, octets = excluded.octets, fetched_at = excluded.fetched_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLogo:
    """What came of the latest attempt."""

    uri: str
    picture: Picture | None
    """None: there was none to be had."""
    fetched_at: datetime


async def kept(executor: Executor, client_id: ClientId) -> KeptLogo | None:
    """None where none was ever fetched."""
    row = await executor.fetchrow(KEPT, client_id)
    if row is None:
        return None
    media_type: MediaType | None = row["media_type"]
    picture = Picture(media_type=media_type, octets=row["octets"]) if media_type else None
    return KeptLogo(uri=row["uri"], picture=picture, fetched_at=row["fetched_at"])


async def keep(executor: Executor, client_id: ClientId, logo: KeptLogo) -> None:
    """Instead of what was there before; nothing where the client is gone."""
    media_type, octets = (logo.picture.media_type, logo.picture.octets) if logo.picture else (None, None)
    await executor.execute(KEEP, client_id, logo.uri, media_type, octets, logo.fetched_at)
