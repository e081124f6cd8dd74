"""The provider's metadata at both well-known addresses (OIDC Discovery 4, RFC 8414 3)."""

from starlette.requests import Request
from starlette.responses import Response

from idp.endpoints.published import Published
from idp.usecases.discovery import Publication
from idp.web.edges import Handler


def handler(publication: Publication) -> Handler:
    """GET."""
    published = Published()

    async def discovery(request: Request) -> Response:
        return published.response((await publication.current()).metadata, request)

    return discovery
