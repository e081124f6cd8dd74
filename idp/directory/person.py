"""A person as relying apps may see them: the standard claims of OIDC Core 5.1, and the groups.

Owns the shape only. Which claims leave for which client is decided in the oidc room; rows become this value in storage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from idp.values.ids import Subject

PROFILE_TEXTS = (
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
)
"""The profile claims that are free text. `preferred_username` and `updated_at` complete the fourteen."""

ADDRESS_PARTS = ("formatted", "street_address", "locality", "region", "postal_code", "country")
"""OIDC Core 5.1.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the directory knows of a user. Absent is None or a missing key; an empty text counts as absent too."""

    sub: Subject
    preferred_username: str
    """The login name, as shown."""
    profile: Mapping[str, str] = field(default_factory=dict)
    """Texts under the names of PROFILE_TEXTS."""
    updated_at: datetime | None = None
    email: str | None = None
    email_verified: bool = False
    phone_number: str | None = None
    phone_number_verified: bool = False
    address: Mapping[str, str] = field(default_factory=dict)
    """Texts under the names of ADDRESS_PARTS."""
    groups: tuple[str, ...] = ()
    """Names of the groups, sorted."""
