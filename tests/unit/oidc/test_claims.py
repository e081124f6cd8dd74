"""Claims about a person: OIDC Core 5.1, 5.3.2, 5.4; OpenID conformance; docs/architecture.md, relying apps."""

from dataclasses import replace
from datetime import UTC, datetime

from authlib.oidc.core import UserInfo
from hypothesis import given
from hypothesis import strategies as st

from idp.directory.person import ADDRESS_PARTS, PROFILE_TEXTS, Person
from idp.oidc.claims import CLAIM_SCOPE, SCOPE_CLAIMS, claims_supported, person_claims
from idp.oidc.scopes import PERSON_SCOPES
from tests.unit.oidc.samples import AUTHENTICATION

BARE = Person(sub=AUTHENTICATION.sub, preferred_username="alice")
FULL = Person(
    sub=AUTHENTICATION.sub,
    preferred_username="alice",
    profile={name: f"a {name}" for name in PROFILE_TEXTS} | {"birthdate": "0000-03-22"},
    updated_at=datetime(2026, 7, 1, tzinfo=UTC),
    email="alice@example.org",
    email_verified=True,
    phone_number="+43 1 234",
    phone_number_verified=False,
    address={name: f"a {name}" for name in ADDRESS_PARTS},
    groups=("ops", "staff"),
)


def test_every_scope_of_a_person_says_its_claims() -> None:
    assert tuple(SCOPE_CLAIMS) == PERSON_SCOPES


def test_scopes_bring_the_claims_that_authlib_knows() -> None:
    """OIDC Core 5.4; pins Authlib's table as a second opinion."""
    for scope, names in UserInfo.SCOPES_CLAIMS_MAPPING.items():
        assert set(SCOPE_CLAIMS[scope]) == set(names)


def test_a_full_person_has_all_standard_claims() -> None:
    """OpenID conformance: fourteen profile claims, e-mail, phone and address."""
    claims = person_claims(PERSON_SCOPES, FULL)
    assert set(claims) == set(CLAIM_SCOPE) == {name for names in SCOPE_CLAIMS.values() for name in names} - {"sub"}
    assert set(claims) <= set(UserInfo.REGISTERED_CLAIMS) | {"groups"}
    assert len(SCOPE_CLAIMS["profile"]) == 14


def test_each_claim_has_its_own_json_type() -> None:
    """OIDC Core 5.1."""
    claims = person_claims(PERSON_SCOPES, FULL)
    assert (claims["email_verified"], claims["phone_number_verified"]) == (True, False)
    assert claims["updated_at"] == 1782864000
    assert claims["groups"] == ["ops", "staff"]
    assert claims["address"] == {name: f"a {name}" for name in ADDRESS_PARTS}
    assert claims["birthdate"] == "0000-03-22"


def test_what_is_not_known_is_left_out() -> None:
    """OIDC Core 5.3.2: never null, never empty; groups are a list even with none."""
    assert person_claims(PERSON_SCOPES, BARE) == {"preferred_username": "alice", "groups": []}


def test_empty_texts_count_as_unknown() -> None:
    empty = replace(BARE, profile={"name": ""}, email="", phone_number="", address={"country": "", "region": "X"})
    assert person_claims(PERSON_SCOPES, empty) == {
        "preferred_username": "alice",
        "groups": [],
        "address": {"region": "X"},
    }


def test_keys_that_are_no_claims_do_not_leave() -> None:
    odd = replace(BARE, profile={"password": "x"}, address={"planet": "x"})
    assert person_claims(PERSON_SCOPES, odd) == {"preferred_username": "alice", "groups": []}


def test_only_granted_scopes_reveal_anything() -> None:
    """O-44."""
    assert person_claims(("openid", "offline_access", "jobs.read"), FULL) == {}
    assert set(person_claims(("email",), FULL)) == {"email", "email_verified"}
    assert set(person_claims(("phone",), FULL)) == {"phone_number", "phone_number_verified"}
    assert set(person_claims(("groups",), FULL)) == {"groups"}


@given(st.sets(st.sampled_from((*PERSON_SCOPES, "jobs.read"))), st.sets(st.sampled_from((*CLAIM_SCOPE, "sub", "x"))))
def test_nothing_is_told_but_what_was_asked_for(scopes: set[str], requested: set[str]) -> None:
    """OIDC Core 5.4, 5.5: whatever the combination, and all of it."""
    names = {name for scope in scopes for name in SCOPE_CLAIMS.get(scope, ())} | requested
    assert set(person_claims(scopes, FULL, requested)) == names & set(CLAIM_SCOPE)


def test_an_unverified_email_says_so() -> None:
    assert person_claims(("email",), replace(FULL, email_verified=False))["email_verified"] is False


def test_discovery_lists_every_claim_once() -> None:
    for legacy in (False, True):
        listed = claims_supported(legacy=legacy)
        assert len(listed) == len(set(listed))
        assert set(listed) > {"sub", "acr", "amr", "auth_time", "groups", "address"}
        assert ("c_hash" in listed) is legacy  # OIDC Core 3.3.2.11
