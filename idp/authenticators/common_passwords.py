"""The passwords and words that everybody tries first, from zxcvbn's frequency lists.

Owns the lists' loading, which costs some 30 ms and is therefore left until a new password is first judged.
"""

from functools import cache

SHORTEST = 12
"""Shorter passwords are refused for their length, so shorter entries are not kept."""


def is_common(folded: str) -> bool:
    """Whether a whole password, case-folded, stands in one of the lists."""
    return folded in _entries()


@cache
def _entries() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 (the module docstring says why)

    return frozenset(
        word.casefold() for words in FREQUENCY_LISTS.values() for word in words if len(word.casefold()) >= SHORTEST
    )
