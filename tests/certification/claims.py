"""The standard claims (OIDC Core 5.1), what the suite checks of them, and the person who has every one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ADDRESS = {
    "formatted": "1 Main Street\nSpringfield, Oregon 97477\nUnited States",
    "street_address": "1 Main Street",
    "locality": "Springfield",
    "region": "Oregon",
    "postal_code": "97477",
    "country": "United States",
}
PROFILE = {
    "name": "Buffy Anne Summers",
    "given_name": "Buffy",
    "family_name": "Summers",
    "middle_name": "Anne",
    "nickname": "Buff",
    "profile": "https://people.example.org/buffy",
    "picture": "https://people.example.org/buffy.png",
    "website": "https://buffy.example.org",
    "gender": "female",
    "birthdate": "1981-01-19",
    "zoneinfo": "America/Los_Angeles",
    "locale": "en-US",
}
WRITTEN = {
    **PROFILE,
    "phone_number": "+15415550100",
    "phone_number_verified": "true",
    **{f"address.{part}": text for part, text in ADDRESS.items()},
}
"""All that `idp user set` writes into the account of the person who is signed in."""

CLAIMS_OF_SCOPES: Mapping[str, frozenset[str]] = {
    "openid": frozenset(("sub",)),
    "profile": frozenset((*PROFILE, "preferred_username", "updated_at")),
    "email": frozenset(("email", "email_verified")),
    "address": frozenset(("address",)),
    "phone": frozenset(("phone_number", "phone_number_verified")),
    "offline_access": frozenset(),
}
STANDARD = frozenset(claim for claims in CLAIMS_OF_SCOPES.values() for claim in claims)

BOOLEANS = ("email_verified", "phone_number_verified")
URLS = ("profile", "picture", "website")
BIRTHDATE = re.compile(r"\d{4}(-\d{2}-\d{2})?")
YEAR_1990 = 631152000


def check_standard_claims(claims: Mapping[str, Any]) -> None:
    """OIDC Core 5.1 and 5.3.2: absent rather than empty, and each of its type."""
    for name in STANDARD & claims.keys():
        value = claims[name]
        assert value not in (None, "", "null"), f"{name} is {value!r}"
        if name in BOOLEANS:
            assert isinstance(value, bool), f"{name} is {value!r}"
        elif name == "updated_at":
            assert type(value) is int
            assert value > YEAR_1990
        elif name == "address":
            assert isinstance(value, dict)
            assert value
            assert all(isinstance(text, str) and text for text in value.values())
        else:
            assert isinstance(value, str), f"{name} is {value!r}"
    assert BIRTHDATE.fullmatch(claims.get("birthdate", "1981"))
    assert all(claims[name].startswith("https://") for name in URLS if name in claims)


def check_userinfo(claims: Mapping[str, Any], *, sub: str, scope: str, asked: tuple[str, ...] = ()) -> None:
    """OIDC Core 5.3.2, 5.4: the person of the ID token, every claim of the scopes, nothing else."""
    assert claims["sub"] == sub, "userinfo speaks of somebody else"
    check_standard_claims(claims)
    wanted = frozenset(claim for each in scope.split() for claim in CLAIMS_OF_SCOPES[each]) | set(asked)
    assert set(claims) == wanted, f"missing {sorted(wanted - set(claims))}, unasked {sorted(set(claims) - wanted)}"
