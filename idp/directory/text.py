"""Rules that all short texts of the directory share: one line, nothing unseen, comparable.

Owns no field; the modules beside it say which rule a field follows.
"""

import unicodedata

from idp.directory.invalid import InvalidValue

LONGEST_CANDIDATE = 1024
"""Code points beyond which no text is normalised at all: the work grows with what a stranger sends."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
ROUNDS = 2


def one_line(field: str, text: str, longest: int) -> str:
    """`text` in NFC with single spaces, none at its ends; raises InvalidValue if empty, too long or unseen in part."""
    if len(text) > LONGEST_CANDIDATE:
        raise InvalidValue(field, f"Use at most {longest} characters.")
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in text.strip())
    kept = unicodedata.normalize("NFC", " ".join(part for part in spaced.split(" ") if part))
    if not kept:
        raise InvalidValue(field, "Enter a value.")
    if len(kept) > longest:
        raise InvalidValue(field, f"Use at most {longest} characters.")
    if has_unseen(kept):
        raise InvalidValue(field, "Leave out line breaks and characters that cannot be seen.")
    return kept


def has_unseen(text: str) -> bool:
    """Whether a character is a control, a format mark, a line break or unassigned.

    Unassigned ones are refused because a later Unicode may fold them, and names are compared by their folded form.
    """
    return any(unicodedata.category(character) in _UNSEEN for character in text)


def folded(text: str) -> str:
    """The form in which names are compared: NFKC and case-folded, single spaces. Never raises.

    One round is not enough, since each of the three steps can undo another; applied to its own result it changes
    nothing. Text beyond 1024 code points is cut, since no name is that long.
    """
    current = text[:LONGEST_CANDIDATE].encode("utf-8", "replace").decode()
    for _ in range(ROUNDS):
        current = " ".join(unicodedata.normalize("NFKC", current).casefold().split())
    return unicodedata.normalize("NFKC", current)
