"""What a token says about the sign-in behind it: who, when, how well, by which methods, in which browser session.

Derived from proofs elsewhere (authenticators, login), stored with the grant, repeated unchanged in every token of it.
"""

from dataclasses import dataclass
from datetime import datetime

from idp.values.ids import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """The claims of OIDC Core 2 that describe a sign-in; a refresh keeps them (OIDC Core 12.2)."""

    sub: Subject
    auth_time: datetime
    """The latest proof."""
    acr: str
    amr: tuple[str, ...]
    sid: str | None
    """Names the browser session in logout tokens; never the cookie's value."""
