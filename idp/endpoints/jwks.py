"""The keys by which others check what we sign (RFC 7517 5), as application/json: some clients take nothing else."""

from starlette.requests import Request
from starlette.responses import Response

from idp.endpoints.published import Published
from idp.usecases.discovery import Publication
from idp.web.edges import Handler


def handler(publication: Publication) -> Handler:
    """GET."""
    published = Published()

    async def jwks(request: Request) -> Response:
        return published.response((await publication.current()).jwks, request)

    return jwks
