"""What a person calls an authenticator app or a key. Names of one person differ, in whatever case."""

from collections.abc import Collection
from itertools import count

from idp.directory.invalid import InvalidValue
from idp.directory.text import one_line

LONGEST = 40
"""Characters."""
MOST_FACTORS = 10
"""Of one person, those reported as lost included."""
APP = "Authenticator app"


def factor_name(text: str, taken: Collection[str]) -> str:
    """The name as it is kept. Raises InvalidValue, with words for the person."""
    name = one_line("name", text, LONGEST)
    if name.lower() in {each.lower() for each in taken}:
        raise InvalidValue("name", "You have another one with this name. Choose a name that tells them apart.")
    return name


def offered(taken: Collection[str], kind: str = APP) -> str:
    """A name that is free: «Authenticator app», then «Authenticator app 2»."""
    lower = {each.lower() for each in taken}
    numbered = (kind if number == 1 else f"{kind} {number}" for number in count(1))
    return next(name for name in numbered if name.lower() not in lower)
