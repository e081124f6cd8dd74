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
KEY = "Security key"
PASSKEY = "Passkey"
"""A key that signs in without a password, and on all of the person's devices."""


class NameTaken(InvalidValue):
    """The person has another one with this name."""


def factor_name(text: str, taken: Collection[str]) -> str:
    """The name as it is kept. Raises InvalidValue, NameTaken where that is why."""
    name = one_line("name", text, LONGEST)
    if name.lower() in {each.lower() for each in taken}:
        raise NameTaken("name", "Another one has this name.")
    return name


def kept(text: str) -> str:
    """As much of a typed name as can be kept, empty where nothing can: where asking once more would undo what is done.

    A key is made before its name is looked at, and refusing the name would leave a key that nobody knows.
    """
    try:
        return one_line("name", text, len(text) or 1)[:LONGEST].strip()
    except InvalidValue:
        return ""


def offered(taken: Collection[str], kind: str = APP) -> str:
    """A name that is free: «Authenticator app», then «Authenticator app 2»."""
    lower = {each.lower() for each in taken}
    numbered = (kind if number == 1 else f"{kind} {number}" for number in count(1))
    return next(name for name in numbered if name.lower() not in lower)
