"""The JWK Set of a client (RFC 7517 5): its keys as JSON objects, and what may be kept of them.

Whether a key verifies anything is the keystore's part.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

MOST_KEYS = 50
MOST_OCTETS = 65_536
"""Of a JWK Set."""

PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # RFC 7518 6.2.2, 6.3.2, 6.4

Jwk = Mapping[str, object]


def keys_of(document: object) -> tuple[Jwk, ...]:
    """The keys of a JWK Set as they were given. Raises ValueError where it is none, or has too many."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise ValueError("this is no JWK Set")
    if len(keys) > MOST_KEYS:
        raise ValueError(f"there are more than {MOST_KEYS} keys")
    return tuple(keys)


def check_public(keys: Sequence[Jwk]) -> None:
    """That these may be registered: public, flat and short. Raises ValueError with words for whoever registers them."""
    if not all(_is_flat(value) for key in keys for value in key.values()):  # storage goes no deeper than it must
        raise ValueError("a member of a key is a text, a number, true or false, or a list of them")
    whole = json.dumps(keys, ensure_ascii=False)
    if len(whole) > MOST_OCTETS:
        raise ValueError("the JWK Set is too large")
    if "\\u00" in whole or not whole.isprintable():  # an admin's terminal would obey some of them
        raise ValueError("the JWK Set holds control characters")
    if any(key.get("kty") == "oct" or not PRIVATE_MEMBERS.isdisjoint(key) for key in keys):
        raise ValueError("a private or symmetric key does not belong there")


def _is_flat(value: object) -> bool:
    """As every member of RFC 7517 and 7518 but `oth`, which is private."""
    values = value if isinstance(value, list) else [value]
    return not any(isinstance(each, dict | list) for each in values)
