"""What people change of their own profile: only what is offered, only what can be kept, and only what differs."""

import pytest

from idp.directory.own_profile import NAMES, SELF_SERVICE, Changed, Offered, Unusable, changed

ALL = Offered(fields=SELF_SERVICE, locales=("en", "de"), zones=("Europe/Berlin", "UTC"))
BEFORE = {"name": "Alice Ito", "locale": "fr", "zoneinfo": "US/Eastern", "theme": "system"}


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ({}, {}),
        ({"name": "Alice Ito", "locale": "fr", "zoneinfo": "US/Eastern", "theme": "system"}, {}),
        ({"name": "  Alice   Itō "}, {"name": "Alice Itō"}),
        ({"name": " ", "given_name": ""}, {"name": None}),
        ({"locale": "de", "zoneinfo": "UTC", "theme": "dark"}, {"locale": "de", "zoneinfo": "UTC", "theme": "dark"}),
        ({"locale": "", "zoneinfo": ""}, {"locale": None, "zoneinfo": None}),
        ({"email": "x@example.org", "sub": "x", "birthdate": "2000"}, {}),
    ],
)
def test_what_differs(typed: dict[str, str], values: dict[str, str | None]) -> None:
    assert changed(BEFORE, typed, ALL) == Changed(values=values)


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"name": "x" * 201}, ("name",)),
        ({"theme": "pink", "family_name": "a\nb", "given_name": "Alice"}, ("family_name", "theme")),
        ({"theme": ""}, ("theme",)),
        ({"locale": "fr-CA", "zoneinfo": "Mars"}, ("locale", "zoneinfo")),
    ],
)
def test_what_cannot_be_kept(typed: dict[str, str], fields: tuple[str, ...]) -> None:
    """In the order of the form."""
    assert changed(BEFORE, typed, ALL) == Unusable(fields=fields)


@pytest.mark.parametrize("field", [*NAMES, "locale", "zoneinfo"])
def test_what_is_managed_is_left_alone(field: str) -> None:
    """Also where it could not be kept; the theme is always the person's."""
    offered = Offered(fields=SELF_SERVICE - {field}, locales=ALL.locales, zones=ALL.zones)
    assert changed(BEFORE, {field: "\n", "theme": "light"}, offered) == Changed(values={"theme": "light"})
