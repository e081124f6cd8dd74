"""What the demo relying app remembers of each browser, in memory: sign-ins under way, tokens, the last problem.

Tokens are larger than a cookie may be, so the cookie holds a random name and everything else stays here. Owns no HTTP.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

MOST_VISITORS = 1_000  # of one demo; the one not seen for longest is forgotten
MOST_FLIGHTS = 20  # sign-ins one browser may have under way at once, in as many tabs

Claims = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """A sign-in under way: what was sent to the provider, and has to fit what comes back."""

    slug: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A token response whose ID token has been validated. `refresh_token` and `id_token` are as received."""

    id_token: str = field(repr=False)
    id_claims: Claims
    refresh_token: str | None = field(repr=False)
    token_type: str
    scope: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What one app knows of the person: tokens, userinfo, and the ID token that a refresh replaced."""

    tokens: Tokens
    userinfo: Claims
    replaced: Claims | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why something did not work: an error code of the provider or of this app, and the provider's own words."""

    code: str
    description: str = ""


@dataclass(slots=True, kw_only=True)
class Visitor:
    """One browser. `name` is the cookie's value, renewed at each sign-in."""

    name: str = field(repr=False)
    flights: OrderedDict[str, Flight] = field(default_factory=OrderedDict)
    signed_in: dict[str, SignedIn] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    leaving: dict[str, str] = field(default_factory=dict)

    def begin(self, state: str, flight: Flight) -> None:
        """Remember a sign-in under its `state`; of too many the oldest is dropped."""
        self.problems.pop(flight.slug, None)
        self.flights[state] = flight
        while len(self.flights) > MOST_FLIGHTS:
            self.flights.popitem(last=False)

    def land(self, state: str, slug: str) -> Flight | None:
        """The sign-in that this `state` belongs to; it is used up. None when this app started no such sign-in."""
        flight = self.flights.get(state)
        if flight is None or flight.slug != slug:
            return None
        return self.flights.pop(state)


class Visitors:
    """All browsers this process has seen, the most recent ones."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._known: OrderedDict[str, Visitor] = OrderedDict()

    def find(self, name: str | None) -> Visitor:
        """The visitor of that cookie value, or a new one that is not kept yet."""
        visitor = self._known.get(name or "")
        return visitor if visitor is not None else Visitor(name=secrets.token_urlsafe(32))

    def keep(self, visitor: Visitor) -> None:
        """Keep the visitor, as the one seen last."""
        self._known[visitor.name] = visitor
        self._known.move_to_end(visitor.name)
        while len(self._known) > MOST_VISITORS:
            self._known.popitem(last=False)

    def rename(self, visitor: Visitor) -> None:
        """Give the visitor a new cookie value, so that one planted before the sign-in opens nothing after it.

        Under the old value only the flights stay: another tab may be coming back with it at this moment.
        """
        self.keep(Visitor(name=visitor.name, flights=visitor.flights))
        visitor.name = secrets.token_urlsafe(32)
        self.keep(visitor)

    def forget(self, slug: str, sid: str) -> None:
        """Nobody who signed in to that client in that browser session of the provider is signed in any more."""
        for visitor in self._known.values():
            known = visitor.signed_in.get(slug)
            if known is not None and known.tokens.id_claims.get("sid") == sid:
                del visitor.signed_in[slug]

    def form_token(self, visitor: Visitor) -> str:
        """What the forms of this visitor carry: nobody else's page can know it."""
        return hmac.digest(self._secret, visitor.name.encode(), "sha256").hex()

    def is_form_token(self, visitor: Visitor, presented: str) -> bool:
        """Whether a submitted form came from a page made for this visitor."""
        return hmac.compare_digest(self.form_token(visitor).encode(), presented.encode())
