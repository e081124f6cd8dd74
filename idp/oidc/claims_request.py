"""The `claims` parameter (OIDC Core 5.5): claims requested one by one, for userinfo and for the ID token.

Of what may be said there, this provider acts on which claims are named, on `sub` with a value, and on `acr`. That any
other claim is essential, or should have a certain value, changes nothing: it is told if it is known (Core 5.5.1).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self, cast

from idp.oidc.claims import CLAIM_SCOPE
from idp.oidc.client import Client
from idp.oidc.errors import InvalidRequest
from idp.values.ids import Subject
from idp.values.strict_json import strict_json

LONGEST = 8192
"""Characters: every claim there is, requested in both places, with values, needs a third of that."""

_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")


def _json(text: str) -> object:
    if len(text) > LONGEST:
        raise InvalidRequest("claims is too long")
    try:
        return strict_json(text)
    except ValueError:
        raise InvalidRequest("claims is not well-formed JSON") from None


def _object(value: object, description: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InvalidRequest(description)
    return cast("Mapping[str, object]", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Individual:
    """How one claim is requested (OIDC Core 5.5.1). Members that nobody defined are ignored."""

    essential: bool
    values: tuple[str, ...] | None
    """The texts that will do; none at all where only others were named. None: any will do."""

    @classmethod
    def of(cls, value: object) -> Self:
        """Raises InvalidRequest."""
        members = {} if value is None else _object(value, "a claim is requested by null or by a JSON object")
        essential = members.get("essential", False)
        if not isinstance(essential, bool):
            raise InvalidRequest("essential is true or false")
        return cls(essential=essential, values=_values(members))


def _values(members: Mapping[str, object]) -> tuple[str, ...] | None:
    values = members.get("values", [])
    if not isinstance(values, list) or ("value" in members and "values" in members):
        raise InvalidRequest("a claim is requested with one value, or with an array of values")
    if not {"value", "values"} & set(members):
        return None
    named = [members["value"]] if "value" in members else values
    # What is no printable text is nobody's sub and no acr.
    return tuple(dict.fromkeys(each for each in named if isinstance(each, str) and _PRINTABLE.fullmatch(each)))


def _place(members: Mapping[str, object], place: str) -> dict[str, _Individual]:
    """The claims that we know, as requested for this place; the others are ignored, whatever is said of them."""
    known = {*CLAIM_SCOPE, "sub", "acr"}
    requested = _object(members.get(place, {}), f"the member {place} of claims must be a JSON object")
    return {name: _Individual.of(value) for name, value in requested.items() if name in known}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsRequest:
    """What is asked for beside the scopes, of a client that may ask for it."""

    userinfo: tuple[str, ...] = ()
    id_token: tuple[str, ...] = ()
    """Names of claims about the person, those of scopes that the client is registered for."""
    subjects: tuple[Subject, ...] | None = None
    """Who will do, as the client calls them (OIDC Core 3.1.2.2); None: anybody."""
    acr_values: tuple[str, ...] | None = None
    """Which levels will do (OIDC Core 5.5.1.1); None: any."""
    acr_essential: bool = False

    @classmethod
    def parse(cls, text: str | None, client: Client) -> Self | None:
        """Raises InvalidRequest, and nothing else for any text. Unknown members are ignored (OIDC Core 5.5)."""
        if text is None:
            return None
        members = _object(_json(text), "claims must be a JSON object")
        userinfo, id_token = _place(members, "userinfo"), _place(members, "id_token")
        acr = id_token.get("acr")
        return cls(
            userinfo=tuple(_allowed(userinfo, client)),
            id_token=tuple(_allowed(id_token, client)),
            subjects=_subjects(userinfo, id_token),
            acr_values=acr.values if acr else None,
            acr_essential=acr is not None and acr.essential,
        )

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that would bring these claims: consent speaks of those, and none of them is granted by it."""
        return tuple(dict.fromkeys(CLAIM_SCOPE[name] for name in (*self.userinfo, *self.id_token)))

    def stored(self) -> dict[str, list[str]] | None:
        """What a grant keeps of it; None where there is nothing to keep."""
        kept = {"userinfo": list(self.userinfo), "id_token": list(self.id_token)}
        return {place: names for place, names in kept.items() if names} or None


def _allowed(requested: Mapping[str, _Individual], client: Client) -> Iterator[str]:
    return (name for name in requested if name in CLAIM_SCOPE and CLAIM_SCOPE[name] in client.scopes)


def _subjects(*places: Mapping[str, _Individual]) -> tuple[Subject, ...] | None:
    """Whoever will do in each place that names somebody."""
    demands = [place["sub"].values for place in places if "sub" in place]
    named = [demand for demand in demands if demand is not None]
    if not named:
        return None
    return tuple(Subject(sub) for sub in named[0] if all(sub in demand for demand in named))
