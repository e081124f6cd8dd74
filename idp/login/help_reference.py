"""The number that somebody who has lost every way in reads out: it names a sign-in, is no secret and opens nothing."""

from hashlib import sha256

from idp.authenticators.typed import without_gaps
from idp.values.ids import InteractionId

DIGITS = 9
"""Few enough to be read out; in a year of a thousand calls a day two meet in one of three thousand calls."""
GROUP = 3


def reference_of(interaction: InteractionId) -> str:
    """The same for the same sign-in, however often its page is looked at."""
    return f"{int.from_bytes(sha256(interaction.bytes).digest()) % 10**DIGITS:0{DIGITS}}"


def spoken(reference: str) -> str:
    """As it is shown: `482 190 735`."""
    return " ".join(reference[start : start + GROUP] for start in range(0, len(reference), GROUP))


def parse(text: str) -> str | None:
    """The number as it was read out, with or without its gaps; None for what is none."""
    digits = without_gaps(text)
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None
