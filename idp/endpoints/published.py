"""A prepared document as a response: made once for each version, sent as it is, or 304 to who has it already."""

from starlette.requests import Request
from starlette.responses import Response

from idp.usecases.discovery import MAX_AGE, PublishedDocument

_CACHE_CONTROL = f"public, max-age={int(MAX_AGE.total_seconds())}"


class Published:
    """Keeps the response of the latest version; responses of Starlette can be sent any number of times."""

    def __init__(self) -> None:
        self._document: PublishedDocument | None = None
        self._full = Response()
        self._unchanged = Response(status_code=304)

    def response(self, document: PublishedDocument, request: Request) -> Response:
        """200 with the body, or 304 where the request names this version (RFC 9110 13.1.2)."""
        if document is not self._document:
            headers = {"Cache-Control": _CACHE_CONTROL, "ETag": document.etag, "X-Content-Type-Options": "nosniff"}
            self._full = Response(document.body, headers=headers, media_type="application/json")
            self._unchanged = Response(status_code=304, headers=headers)
            self._document = document
        named = request.headers.get("if-none-match")
        return self._unchanged if named is not None and _names(named, document.etag) else self._full


def _names(header: str, etag: str) -> bool:
    versions = (part.strip().removeprefix("W/") for part in header.split(","))
    return header.strip() == "*" or etag in versions
