"""Scopes: their syntax, the ones we know, and which of those asked for are allowed. claims.py says what they reveal."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from idp.oidc.errors import InvalidScope

OPENID = "openid"
OFFLINE_ACCESS = "offline_access"

PERSON_SCOPES = ("openid", "profile", "email", "address", "phone", "groups", "offline_access")
"""Scopes that speak of a person, in the order of discovery and consent. Any other scope is an API's own word."""

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 3.3


def is_scope(text: str) -> bool:
    """Whether the text is one scope token (RFC 6749 3.3)."""
    return _SCOPE.fullmatch(text) is not None


def parsed_scopes(text: str | None) -> tuple[str, ...]:
    """The scopes of a `scope` parameter, in order, each once; none where it is None. Raises InvalidScope."""
    scopes = tuple(dict.fromkeys(part for part in (text or "").split(" ") if part))
    if not all(is_scope(scope) for scope in scopes):
        raise InvalidScope("scope holds characters that no scope may have")  # RFC 6749 3.3
    return scopes


def allowed(requested: Iterable[str], registered: AbstractSet[str]) -> tuple[str, ...]:
    """Those asked for that the client is registered for; the others are dropped without a word (RFC 6749 3.3)."""
    return tuple(scope for scope in requested if scope in registered)


def scope_text(scopes: Iterable[str]) -> str:
    """The value of a `scope` member."""
    return " ".join(scopes)
