"""The cookies: their names, their attributes, and what a request brought of them.

    known    completed a sign-in here once; survives sign-out
    browser  first contact; binds Interactions and form tokens
    session  signed in
    link     the secret of a mailed link, taken out of the address until its page is left

On https each is `__Host-`: Secure, Path=/, no Domain, so that no neighbour on a parent domain can set it (RFC 6265bis).
On loopback over http that prefix is refused by browsers, and the plain name stands.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from idp.values.issuer import Issuer
from idp.values.secrets import CookieValue, LinkSecret

CookieName = Literal["known", "browser", "session", "link"]

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookies:
    """What a request brought; anything that is not shaped like a value of ours counts as absent."""

    known: CookieValue | None = None
    browser: CookieValue | None = None
    session: CookieValue | None = None
    link: LinkSecret | None = None


def read(request: Request, issuer: Issuer) -> Cookies:
    """The cookies of a request."""
    sent = request.cookies
    return Cookies(
        known=_value(sent.get(_name("known", issuer))),
        browser=_value(sent.get(_name("browser", issuer))),
        session=_value(sent.get(_name("session", issuer))),
        link=link_secret(sent.get(_name("link", issuer))),
    )


def link_secret(text: str | None) -> LinkSecret | None:
    """The secret of a mailed link, from its address or from the cookie; None for what can be none."""
    return LinkSecret(text) if text is not None and _SHAPE.fullmatch(text) else None


def keep(
    response: Response,
    issuer: Issuer,
    name: CookieName,
    value: CookieValue | LinkSecret,
    lifetime: timedelta | None = None,
) -> None:
    """Set a cookie; without a lifetime it ends with the browser."""
    age = f"; Max-Age={int(lifetime.total_seconds())}" if lifetime else ""
    _set(response, f"{_name(name, issuer)}={value.expose()}{age}", issuer)


def clear(response: Response, issuer: Issuer, name: CookieName) -> None:
    """Tell the browser to forget a cookie."""
    _set(response, f"{_name(name, issuer)}=; Max-Age=0", issuer)


def _set(response: Response, pair: str, issuer: Issuer) -> None:
    secure = "; Secure" if issuer.secure else ""
    # Lax, not Strict: the session must be seen when another site starts the sign-in.
    response.headers.append("Set-Cookie", f"{pair}; Path=/; HttpOnly; SameSite=Lax{secure}")


def _name(name: CookieName, issuer: Issuer) -> str:
    return f"__Host-{name}" if issuer.secure else name


def _value(text: str | None) -> CookieValue | None:
    return CookieValue(text) if text is not None and _SHAPE.fullmatch(text) else None
