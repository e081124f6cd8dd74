"""The parameters of one request, from a query or a form body, parsed strictly and kept in order.

Owns the syntax of application/x-www-form-urlencoded and the rule that a parameter comes once.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote_to_bytes

from idp.oidc.errors import InvalidRequest

MOST = 100
"""Parameters in one request; the largest real request has about twenty."""

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def decoded(octets: bytes) -> str:
    """One name or value, form-decoded: `+` is a space, escapes are UTF-8. Raises InvalidRequest."""
    octets, escaped = octets.replace(b"+", b" "), b"%" in octets
    if escaped and _BROKEN_ESCAPE.search(octets):
        raise InvalidRequest("a percent escape is malformed")
    try:
        text = (unquote_to_bytes(octets) if escaped else octets).decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise InvalidRequest("a parameter is not valid UTF-8") from None
    if "\0" in text:
        raise InvalidRequest("a parameter holds a NUL character")
    return text


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Parameters:
    """Names and values as sent. Printing shows names only: values may be secrets."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Parse a query or a form body. Raises InvalidRequest for what is not well-formed UTF-8 form data."""
        fields = [field for field in raw.split(b"&") if field]
        if len(fields) > MOST:
            raise InvalidRequest("there are too many parameters")
        return cls(
            pairs=tuple((decoded(name), decoded(value)) for name, _, value in (f.partition(b"=") for f in fields))
        )

    def all(self, name: str) -> tuple[str, ...]:
        """Every value sent under that name that is not empty."""
        return tuple(value for sent, value in self.pairs if sent == name and value)

    def one(self, name: str) -> str | None:
        """The value; None where it was not sent or is empty. Raises InvalidRequest where it was sent twice."""
        values = [value for sent, value in self.pairs if sent == name]
        if len(values) > 1:  # RFC 6749 3.1, 3.2: parameters must not be included more than once
            raise InvalidRequest("a parameter is repeated", detail=name)
        return (values[0] or None) if values else None  # RFC 6749 3.1: without a value is treated as omitted

    def required(self, name: str) -> str:
        """As `one`, and raises InvalidRequest where there is none. The name is ours, so the text may name it."""
        value = self.one(name)
        if value is None:
            raise InvalidRequest(f"{name} is missing")
        return value

    @property
    def duplicates(self) -> frozenset[str]:
        """Names sent more than once, with a value or without."""
        names = [name for name, _ in self.pairs]
        if len(set(names)) == len(names):  # as in every honest request, and it is asked several times in each
            return frozenset()
        return frozenset(name for name, count in Counter(names).items() if count > 1)

    def refuse_duplicates(self, *, repeatable: frozenset[str] = frozenset({"resource"})) -> None:
        """Raise InvalidRequest where anything came twice; only `resource` may (RFC 8707 2)."""
        if repeated := self.duplicates - repeatable:
            raise InvalidRequest("a parameter is repeated", detail=", ".join(sorted(repeated)))

    def __repr__(self) -> str:
        """Names only."""
        return f"Parameters({', '.join(name for name, _ in self.pairs)})"
