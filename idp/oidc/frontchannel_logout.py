"""Front-Channel Logout 1.0: what the page after a sign-out loads in hidden frames, so that apps hear of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from idp.oidc.authorization_response import with_query
from idp.oidc.redirect_uri import origin_of
from idp.values.issuer import Issuer

MOST_FRAMES = 30
"""Their origins stand in one header, which proxies limit."""

# What a policy can name without ambiguity; nothing that would end the directive or begin another one.
_ORIGIN = re.compile(r"https?://(?:[a-z0-9._\-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One app's address for sign-outs, and the origin that the page's policy allows for it."""

    uri: str
    origin: str


def frames(registered: Iterable[tuple[str, str]], issuer: Issuer) -> tuple[Frame, ...]:
    """The addresses in order, each with `iss` and the `sid` that its client knows added to its own query.

    Front-Channel Logout 2, 3.
    """
    found = [(with_query(uri, {"iss": str(issuer), "sid": sid}), origin_of(uri)) for uri, sid in registered]
    fit = [Frame(uri=uri, origin=origin) for uri, origin in found if origin and _ORIGIN.fullmatch(origin)]
    return tuple(fit[:MOST_FRAMES])
