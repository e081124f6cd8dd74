"""Whether a client's sector owns up to it: the document at its sector_identifier_uri lists every redirect URI."""

from datetime import datetime

from idp.oidc.client import Client
from idp.oidc.errors import InvalidClientMetadata
from idp.oidc.sector_identifier import check_listed, listed_in
from idp.outbound.fetching import Fetched, FetchFailed
from idp.usecases.fetching import RemoteDocument, fetch, json_of
from idp.usecases.services import Services

_MOST = 256 * 1024
"""Octets: a hundred redirect URIs of the longest that may be registered."""


async def check(services: Services, client: Client, at: datetime) -> None:
    """To be asked of a client before it is stored, new or changed, with no connection held (OIDC Registration 5).

    A client without sector_identifier_uri passes. Raises InvalidClientMetadata with one sentence for whoever registers.
    """
    uri = client.metadata.sector_identifier_uri
    if uri is None:
        return
    known = client.client_id if await services.client(client.client_id) else None
    document = RemoteDocument(kind="sector_identifier_uri", url=uri, most=_MOST, client=known)
    try:
        listed = await fetch(services, document, _listed, at)
    except FetchFailed as failure:
        raise InvalidClientMetadata(
            f"The document at sector_identifier_uri could not be used ({failure.reason}).", detail=failure.reason.value
        ) from None
    check_listed(listed, client.redirect_uris)


def _listed(fetched: Fetched) -> frozenset[str]:
    return listed_in(json_of(fetched))
