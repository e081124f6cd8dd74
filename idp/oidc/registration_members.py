"""The JSON that anybody may send to register a client, each member asked for by its type (RFC 7591 3.1, RFC 7592 2.2).

A member of another type is refused by its name; null is as good as nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from idp.oidc.errors import InvalidClientMetadata
from idp.oidc.jwk_set import Jwk, keys_of
from idp.oidc.registration_metadata import refuse_if
from idp.values.strict_json import strict_json

MOST_MEMBERS = 100
"""The standards know about sixty."""


@dataclass(frozen=True, slots=True)
class Members:
    """The members of a request, each asked for by its JSON type. Printing shows names only: one may be a secret."""

    _values: Mapping[str, object]

    @classmethod
    def parse(cls, body: bytes) -> "Members":
        """Raises InvalidClientMetadata for what is no JSON object of text that can be stored, or a huge one."""
        try:
            document = strict_json(body.decode())
            whole = json.dumps(document, ensure_ascii=False, allow_nan=False)
            whole.encode()  # raises for half a surrogate pair
        except (ValueError, RecursionError):
            raise InvalidClientMetadata("the body is not JSON") from None
        if not isinstance(document, dict):
            raise InvalidClientMetadata("the body is not a JSON object")
        refuse_if("\\u0000" in whole, "the body holds a NUL character")
        refuse_if(len(document) > MOST_MEMBERS, "there are too many members")
        return cls({name: value for name, value in document.items() if value is not None})  # RFC 7592 2.2

    def __contains__(self, name: str) -> bool:
        """Whether it was sent, and not as null."""
        return name in self._values

    def text(self, name: str) -> str | None:
        """A string; an empty one is none."""
        value = self._values.get(name)
        if not isinstance(value, str | None):
            raise InvalidClientMetadata(f"{name} must be a string")
        return value or None

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of strings."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise InvalidClientMetadata(f"{name} must be a list of strings")
        return tuple(dict.fromkeys(value))

    def flag(self, name: str) -> bool:
        """True or false; false by default, as all switches of the standards are."""
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise InvalidClientMetadata(f"{name} must be true or false")
        return value

    def number(self, name: str) -> int | None:
        """A whole number."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | None):
            raise InvalidClientMetadata(f"{name} must be a whole number")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """One of a few strings."""
        value = self.text(name) or default
        refuse_if(value not in allowed, f"{name} has a value that is not supported")
        return value

    def keys(self, name: str) -> tuple[Jwk, ...] | None:
        """A JWK Set (RFC 7517 5)."""
        value = self._values.get(name)
        try:
            return None if value is None else keys_of(value)
        except ValueError as fault:
            raise InvalidClientMetadata(f"{name}: {fault}") from None

    def __repr__(self) -> str:
        """Names only."""
        return f"Members({', '.join(self._values)})"
