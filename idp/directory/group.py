"""A Group: people whom a policy rule or a relying app treats alike; its name is what the `groups` claim carries."""

from dataclasses import dataclass

from idp.directory.text import folded, one_line
from idp.values.ids import GroupId

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group."""

    id: GroupId
    name: str
    """As relying apps see it; they compare for equality, so its case is kept."""


def group_name(text: str) -> str:
    """The name as it is kept; raises InvalidValue if empty, over 100 characters or partly unseen."""
    return one_line("group", text, LONGEST_NAME)


def group_key(name: str) -> str:
    """What must be unique: two groups that differ in case alone would be mistaken for one another."""
    return folded(name)
