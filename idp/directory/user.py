"""A User: the account of one person, and the login name under which it is found.

Owns the rule of names. That a name is unique, and equals no other person's e-mail, is held by one key in storage.
"""

from dataclasses import dataclass
from enum import StrEnum

from idp.directory.invalid import InvalidValue
from idp.directory.text import folded, one_line
from idp.values.ids import Subject, UserId

LONGEST_NAME = 254
"""Code points: as long as an e-mail address can be, since one may serve as the name (RFC 5321 4.5.3.1.3)."""


class UserStatus(StrEnum):
    """Whether the account may be used at all."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One account as lists and commands show it."""

    id: UserId
    subject: Subject
    username: str
    """As it was spelt when it was given; shown to the person and sent as `preferred_username`."""
    status: UserStatus = UserStatus.ACTIVE


def username(text: str) -> str:
    """The name as it is kept for display; raises InvalidValue where it cannot be a login name."""
    shown = one_line("username", text, LONGEST_NAME)
    login_name(shown)
    return shown


def login_name(text: str) -> str:
    """The one spelling under which a name is stored and looked up; applying it twice changes nothing.

    Raises InvalidValue for a text that nobody can be called; at sign-in that is an unknown name like any other, counted
    under `text.folded`, which never raises.
    """
    name = folded(one_line("username", text, LONGEST_NAME))
    if len(name) > LONGEST_NAME:
        raise InvalidValue("username", f"Use at most {LONGEST_NAME} letters, digits and signs.")
    if not any(character.isalnum() for character in name):
        raise InvalidValue("username", "Use at least one letter or digit.")
    return name
