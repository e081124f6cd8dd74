"""The passwords that everybody tries first, from zxcvbn's frequency lists.

Owns the lists' loading, which costs some 30 ms and is therefore left until a new password is first judged.
"""

import re
from functools import cache

SHORTEST_BASE = 6
FEWEST_CHARACTERS = 3
"""Different ones: doubled or not, "xxxxxx" is nobody's word."""

_ENDING = re.compile(r"(?:19|20)[0-9]{2}|1|12|123|1234|12345|123456|1234567|12345678|123456789|1234567890")
_LONGEST_ENDING = 10


def is_common(folded: str) -> bool:
    """Whether a whole password, case-folded, is a common one, or one made long enough in the usual way.

    The lists come from years when eight characters were enough, so their passwords are also refused when doubled or
    followed by 1, 12, 123 …, a year, or exclamation marks. A password that merely holds one of them is fine.
    """
    passwords = _passwords()
    return folded in passwords or folded in _words() or any(base in passwords for base in _bases(folded))


def _bases(text: str) -> list[str]:
    plain = text.rstrip("!?.")
    # Endings overlap ("…1212" ends with 12, and "…2012" with 12 and 2012), so each length is tried.
    candidates = [plain[:-size] for size in range(1, _LONGEST_ENDING + 1) if _ENDING.fullmatch(plain[-size:])]
    units = (plain[: len(plain) // times] for times in (2, 3))
    candidates += [unit for unit in units if plain in {unit * 2, unit * 3}]
    return [base for base in (plain, *candidates) if _is_word(base)]


def _is_word(base: str) -> bool:
    return len(base) >= SHORTEST_BASE and len(set(base)) >= FEWEST_CHARACTERS


@cache
def _passwords() -> frozenset[str]:
    return frozenset(_lists()["passwords"])


@cache
def _words() -> frozenset[str]:
    """Words of the other lists that are long enough to be a password by themselves."""
    return frozenset(word for words in _lists().values() for word in words if len(word) >= SHORTEST_BASE * 2)


def _lists() -> dict[str, list[str]]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 (the module docstring says why)

    lists: dict[str, list[str]] = FREQUENCY_LISTS
    return lists
