"""What people change of their own profile: names, language, time zone, theme. Which of it they may is configuration.

The e-mail address is theirs to change too, but never by a form alone: see `usecases.addresses`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from idp.directory.invalid import InvalidValue
from idp.directory.preferences import THEMES
from idp.directory.profile_claims import checked

OwnField = Literal["name", "given_name", "family_name", "locale", "zoneinfo"]

NAMES: tuple[OwnField, ...] = ("name", "given_name", "family_name")
CHOICES: tuple[OwnField, ...] = ("locale", "zoneinfo")
THEME: Literal["theme"] = "theme"
EMAIL = "email"

SELF_SERVICE = frozenset({*NAMES, *CHOICES, EMAIL})
"""All that configuration can leave to people themselves; the rest of a profile is an admin's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the form offers: the fields, and for those that are chosen from a list, the list."""

    fields: frozenset[str]
    locales: Collection[str]
    zones: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What differs now, under the names of the claims and `theme`; None where it was taken out."""

    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """Fields that hold what cannot be kept, in the order of the form."""

    fields: tuple[str, ...]


def changed(before: Mapping[str, str], typed: Mapping[str, str], offered: Offered) -> Changed | Unusable:
    """What a form changes. `before` holds the claims and the theme; what is not offered is left alone, as if unsent."""
    after: dict[str, str | None] = {}
    unusable = []
    for field in (*NAMES, *CHOICES, THEME):
        if field in typed and (field == THEME or field in offered.fields):
            try:
                after[field] = _kept(field, typed[field].strip(), before.get(field), offered)
            except InvalidValue:
                unusable.append(field)
    if unusable:
        return Unusable(fields=tuple(unusable))
    return Changed(values={field: value for field, value in after.items() if value != before.get(field)})


def _kept(field: str, text: str, before: str | None, offered: Offered) -> str | None:
    if field == THEME:
        return _one_of(field, text, THEMES)
    if not text or text == before:
        return text or None
    if field in NAMES:
        return checked(field, text)
    return _one_of(field, text, offered.locales if field == "locale" else offered.zones)


def _one_of(field: str, text: str, choices: Collection[str]) -> str:
    if text not in choices:
        raise InvalidValue(field, "Choose one of the list.")
    return text
