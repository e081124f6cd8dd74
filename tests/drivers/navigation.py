"""The headers and cookies a browser attaches to a navigation. Owns the rules of sites and origins; sends nothing.

Follows what Chromium does: Fetch Metadata (Sec-Fetch-*), Origin on form posts, Referrer-Policy, and SameSite.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.cookiejar import Cookie
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

Site = Literal["none", "same-origin", "same-site", "cross-site"]
DEFAULT_REFERRER_POLICY = "strict-origin-when-cross-origin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiator:
    """The page that a navigation starts from. The address bar is no page: there the initiator is None."""

    url: str
    referrer_policy: str = DEFAULT_REFERRER_POLICY


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as a browser writes them in the Origin header."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def site_between(source: str, target: str) -> Site:
    """How two addresses stand to each other. Registrable domains are taken as the last two labels."""
    if origin_of(source) == origin_of(target):
        return "same-origin"
    one, two = urlsplit(source), urlsplit(target)
    if one.scheme == two.scheme and _site(one.hostname or "") == _site(two.hostname or ""):
        return "same-site"
    return "cross-site"


def widest(sites: list[Site]) -> Site:
    """The relation a redirect chain reports: the farthest one met on the way."""
    order: tuple[Site, ...] = ("none", "same-origin", "same-site", "cross-site")
    return max(sites, key=order.index)


def headers_for(method: str, target: str, initiator: Initiator | None, site: Site) -> dict[str, str]:
    """The headers of one navigation request, its redirect chain's relation already settled in `site`."""
    headers = {
        "Sec-Fetch-Site": site,
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-User": "?1",
        "Sec-Fetch-Dest": "document",
        "Upgrade-Insecure-Requests": "1",
    }
    if initiator is None:
        return headers
    if method == "POST":
        # With `no-referrer` a form post says `Origin: null`, even to its own origin.
        headers["Origin"] = "null" if initiator.referrer_policy == "no-referrer" else origin_of(initiator.url)
    if referer := _referer(initiator, target):
        headers["Referer"] = referer
    return headers


def is_sent(cookie: Cookie, method: str, site: Site) -> bool:
    """Whether SameSite lets the cookie travel on this top-level navigation. Lax is the default."""
    written = cookie.get_nonstandard_attr("SameSite") or cookie.get_nonstandard_attr("samesite") or "Lax"
    policy = written.lower()
    if site != "cross-site" or policy == "none":
        return True
    return policy == "lax" and method in ("GET", "HEAD")


def _referer(initiator: Initiator, target: str) -> str:
    near = origin_of(initiator.url) == origin_of(target)
    whole = initiator.url.partition("#")[0]
    match initiator.referrer_policy:
        case "no-referrer":
            return ""
        case "same-origin":
            return whole if near else ""
        case "origin":
            return origin_of(initiator.url) + "/"
        case _:
            return whole if near else origin_of(initiator.url) + "/"


def _site(host: str) -> str:
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        return ".".join(host.lower().split(".")[-2:])
