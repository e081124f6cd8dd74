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

Both must pass. The token is HMAC over the `browser` cookie and a purpose (an Interaction's id): it needs no storage,
and a token of another browser or of another Interaction does not fit.
"""

import base64
import hmac
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.requests import Request

from idp.values.issuer import Issuer
from idp.values.secrets import CookieValue

FIELD = "csrf"
_DEFAULT_PORTS = {"https": 443, "http": 80}


class Refused(Exception):
    """The form did not come from our page, or not from this browser. The page says what an expired one says."""


def token(key: bytes, browser: CookieValue, purpose: str) -> str:
    """The form token of this browser for this purpose; `key` is a key of the key store for nothing else."""
    message = b"\0".join((b"form", browser.digest().octets, purpose.encode()))
    return base64.urlsafe_b64encode(hmac.digest(key, message, sha256)).rstrip(b"=").decode()


def check_token(presented: str, key: bytes, browser: CookieValue | None, purpose: str) -> None:
    """Raises Refused where the token does not fit; compared in constant time."""
    if browser is None:
        raise Refused("no browser cookie")
    if not hmac.compare_digest(presented.encode(), token(key, browser, purpose).encode()):
        raise Refused("form token does not fit")


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
