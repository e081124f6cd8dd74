"""Forms come from our own pages: a token in the form, and what the browser says of where the form stood.

| Sec-Fetch-Site | Origin | verdict |
|---|---|---|
| same-origin | ours, `null` or absent | ours |
| same-origin | another | not ours: the two contradict each other |
| none | ours or absent | ours: a person's own doing, no page's |
| same-site, cross-site, other | any | not ours: a neighbour on our domain is not us |
| absent | ours | ours |
| absent | `null` or another | not ours |
| absent | absent | undecided, counts as ours: an old browser; the token alone decides |

Both must pass. The token binds a form to its browser and Interaction: `usecases.forms`.
"""

from urllib.parse import urlsplit

from starlette.requests import Request

from idp.values.issuer import Issuer

_DEFAULT_PORTS = {"https": 443, "http": 80}


class Refused(Exception):
    """The form did not come from our page, or not from this browser. The page says what an expired one says."""


def same_origin(request: Request, issuer: Issuer) -> bool:
    """The table above."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = origin is not None and origin == _normal(issuer.origin)
    match site:
        case "same-origin":
            return own or origin in {None, "null"}
        case "none" | None:
            return own or origin is None
        case _:
            return False


def _normal(origin: str) -> str:
    """An origin as browsers spell it: lower case, no default port."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
