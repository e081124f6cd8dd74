"""`/logo/{client_id}`: an app's logo from our own origin, so that the app's server never sees who is signing in."""

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import Response

from idp.usecases.logos import Logos
from idp.usecases.services import Services
from idp.values.ids import ClientId
from idp.web.call import call_of
from idp.web.edges import Handler

HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "X-Content-Type-Options": "nosniff",
    # Its octets are somebody else's: opened by itself it runs nothing, and no other site shows it.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SOON_AGAIN = {**HEADERS, "Cache-Control": "public, max-age=300"}

_LETTER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 44"><rect width="44" height="44" fill="#e8f0fa"/>'
    '<text x="22" y="22" dy=".35em" text-anchor="middle" font-family="system-ui, sans-serif" font-size="20"'
    ' font-weight="600" fill="#1f4e79">{}</text></svg>'
)
"""For a logo that cannot be had: the first letter of the name, as on the pages of apps without a logo."""


def by_get(services: Services) -> Handler:
    """GET."""
    logos = Logos(services)

    async def logo(request: Request) -> Response:
        found = await logos.of(ClientId(request.path_params["client_id"]), call_of(request).at)
        if found is None:
            return Response(status_code=404)
        if found.picture is None:
            letter = _LETTER.format(escape(found.name[:1].upper()))
            return Response(letter, headers=_SOON_AGAIN, media_type="image/svg+xml")
        return Response(found.picture.octets, headers=HEADERS, media_type=found.picture.media_type)

    return logo
