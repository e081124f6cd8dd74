"""JSON of strangers (RFC 8259): nothing in it may be read in two ways."""

import json
from typing import NoReturn


def strict_json(text: str | bytes) -> object:
    """Each member once, no NaN or Infinity. Raises ValueError, and nothing else for any text."""
    try:
        found: object = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return found


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):  # RFC 7515 4, RFC 8259 4: two readers might take two different ones
        raise ValueError("a member is repeated")
    return members


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")
