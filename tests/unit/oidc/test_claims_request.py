"""The `claims` parameter: OIDC Core 5.5, 5.5.1, 3.1.2.2; A-12, A-16."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.claims import CLAIM_SCOPE, SCOPE_CLAIMS
from idp.oidc.claims_request import LONGEST, ClaimsRequest
from idp.oidc.errors import InvalidRequest
from idp.oidc.scopes import PERSON_SCOPES
from tests.unit.oidc.samples import WEB, authorization

EVERYTHING = replace(WEB, scopes=frozenset(PERSON_SCOPES))


def parsed(**members: object) -> ClaimsRequest:
    request = ClaimsRequest.parse(json.dumps(members), EVERYTHING)
    assert request is not None
    return request


def refused(text: str) -> str:
    with pytest.raises(InvalidRequest) as caught:
        ClaimsRequest.parse(text, EVERYTHING)
    return caught.value.description


# ── which claims ─────────────────────────────────────────────────────────────────────────────────


def test_the_example_of_the_standard() -> None:
    """OIDC Core 5.5: unknown claims and languages are ignored, as is that one is essential."""
    request = parsed(
        userinfo={
            "given_name": {"essential": True},
            "nickname": None,
            "email": {"essential": True},
            "email_verified": {"essential": True},
            "picture": None,
            "http://example.info/claims/groups": None,
            "family_name#ja-Kana-JP": None,
        },
        id_token={"auth_time": {"essential": True}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}},
    )
    assert request == ClaimsRequest(
        userinfo=("given_name", "nickname", "email", "email_verified", "picture"),
        acr_values=("urn:mace:incommon:iap:silver",),
    )
    assert request.scopes == ("profile", "email")
    assert request.stored() == {"userinfo": ["given_name", "nickname", "email", "email_verified", "picture"]}


def test_a_claim_goes_where_it_was_requested() -> None:
    request = parsed(userinfo={"name": None}, id_token={"groups": None})
    assert (request.userinfo, request.id_token) == (("name",), ("groups",))
    assert request.stored() == {"userinfo": ["name"], "id_token": ["groups"]}
    assert request.scopes == ("profile", "groups")


@pytest.mark.parametrize("text", ["{}", '{"userinfo":{}}', '{"userinfo":{"x":null},"id_token":{"sub":null}}'])
def test_nothing_asked_is_nothing_kept(text: str) -> None:
    request = ClaimsRequest.parse(text, EVERYTHING)
    assert request == ClaimsRequest()
    assert (request.stored(), request.scopes) == (None, ())


def test_a_client_gets_only_claims_of_its_own_scopes() -> None:
    """A client that is not registered for a scope does not get its claims by another door."""
    client = replace(WEB, scopes=frozenset({"openid", "email"}))
    text = json.dumps({"userinfo": dict.fromkeys(CLAIM_SCOPE), "id_token": {"groups": None, "email": None}})
    request = ClaimsRequest.parse(text, client)
    assert request is not None
    assert (request.userinfo, request.id_token) == (("email", "email_verified"), ("email",))


def test_members_that_nobody_defined_are_ignored() -> None:
    """OIDC Core 5.5: at the top, in a claim, and whatever form an unknown claim has."""
    request = parsed(
        verifiable={"x": 1},
        userinfo={"verified_claims": [{}], "name": {"purpose": "to greet you", "max_length": 9}},
    )
    assert request == ClaimsRequest(userinfo=("name",))


def test_a_value_of_a_plain_claim_changes_nothing() -> None:
    """OIDC Core 5.5.1: the claim is told as it is; whether it fits is the client's to see."""
    assert parsed(userinfo={"email": {"value": "bob@example.org"}}) == ClaimsRequest(userinfo=("email",))
    assert parsed(userinfo={"locale": {"values": ["de", "en"]}}) == ClaimsRequest(userinfo=("locale",))


# ── acr and sub ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("acr", "values", "essential"),
    [
        (None, None, False),
        ({"essential": True}, None, True),
        ({"value": "2fa"}, ("2fa",), False),
        ({"essential": True, "value": "2fa"}, ("2fa",), True),
        ({"essential": True, "values": ["2fa", "1fa", "2fa"]}, ("2fa", "1fa"), True),
        ({"essential": True, "values": []}, (), True),
        ({"essential": True, "values": [7, None, ["2fa"], "\x00", "ü", "", "x" * 256]}, (), True),
    ],
)
def test_acr_of_the_id_token(acr: object, values: tuple[str, ...] | None, *, essential: bool) -> None:
    """A-12, OIDC Core 5.5.1.1. What no level is called by is no level, but was demanded all the same."""
    request = parsed(id_token={"acr": acr})
    assert (request.acr_values, request.acr_essential) == (values, essential)


def test_acr_of_userinfo_is_none() -> None:
    """It says how a sign-in went, and userinfo speaks of a person."""
    assert parsed(userinfo={"acr": {"essential": True, "value": "phr"}}) == ClaimsRequest()


@pytest.mark.parametrize(
    ("members", "subjects"),
    [
        ({"id_token": {"sub": None}}, None),
        ({"id_token": {"sub": {"essential": True}}}, None),
        ({"id_token": {"sub": {"value": "alice"}}}, ("alice",)),
        ({"userinfo": {"sub": {"value": "alice"}}}, ("alice",)),
        ({"id_token": {"sub": {"values": ["alice", "bob"]}}}, ("alice", "bob")),
        ({"id_token": {"sub": {"values": ["alice", "bob"]}}, "userinfo": {"sub": {"value": "bob"}}}, ("bob",)),
        ({"id_token": {"sub": {"value": "alice"}}, "userinfo": {"sub": {"value": "bob"}}}, ()),
        ({"id_token": {"sub": {"value": 7}}}, ()),
        ({"id_token": {"sub": {"value": None}}}, ()),
        ({"id_token": {"sub": {"values": []}}}, ()),
    ],
)
def test_who_will_do(members: dict[str, object], subjects: tuple[str, ...] | None) -> None:
    """A-16, OIDC Core 3.1.2.2: one that no person can be called by is nobody, never anybody."""
    assert parsed(**members).subjects == subjects


# ── refused ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("{", "claims is not well-formed JSON"),
        ('{"userinfo":{"name":NaN}}', "claims is not well-formed JSON"),
        ('{"userinfo":{},"userinfo":{}}', "claims is not well-formed JSON"),
        ('{"x":' + "[" * 4000 + "]" * 4000 + "}", "claims is not well-formed JSON"),
        ('{"x":' + "1" * 5000 + "}", "claims is not well-formed JSON"),
        ("[]", "claims must be a JSON object"),
        ("null", "claims must be a JSON object"),
        ('"userinfo"', "claims must be a JSON object"),
        ('{"userinfo":null}', "the member userinfo of claims must be a JSON object"),
        ('{"id_token":["name"]}', "the member id_token of claims must be a JSON object"),
        ('{"userinfo":{"name":true}}', "a claim is requested by null or by a JSON object"),
        ('{"userinfo":{"name":"Alice"}}', "a claim is requested by null or by a JSON object"),
        ('{"userinfo":{"name":{"essential":"yes"}}}', "essential is true or false"),
        ('{"id_token":{"acr":{"essential":1}}}', "essential is true or false"),
        ('{"id_token":{"acr":{"values":"2fa"}}}', "a claim is requested with one value, or with an array of values"),
        (
            '{"id_token":{"acr":{"value":"a","values":["b"]}}}',
            "a claim is requested with one value, or with an array of values",
        ),
        ('{"x":"' + "x" * LONGEST + '"}', "claims is too long"),
    ],
)
def test_what_cannot_be_understood_is_invalid_request(text: str, description: str) -> None:
    """OIDC Core 5.5, 3.1.2.6."""
    assert refused(text) == description


def test_every_claim_in_both_places_with_a_value_fits() -> None:
    each = {name: {"essential": True, "value": "x" * 60} for name in CLAIM_SCOPE}
    assert len(json.dumps({"userinfo": each, "id_token": each})) < LONGEST


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
CLAIM = st.sampled_from((*CLAIM_SCOPE, "sub", "acr", "auth_time", "amr", "phr", "name#de"))
INDIVIDUAL = st.none() | st.fixed_dictionaries(
    {}, optional={"essential": st.booleans(), "values": st.lists(st.text(max_size=4)), "purpose": JSON}
)
PLACE = st.dictionaries(CLAIM, INDIVIDUAL, max_size=12)


@given(st.text() | JSON.map(json.dumps) | st.fixed_dictionaries({"userinfo": JSON, "id_token": JSON}).map(json.dumps))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never another exception, and nothing is kept that PostgreSQL's jsonb could not hold."""
    try:
        request = ClaimsRequest.parse(text, EVERYTHING)
    except InvalidRequest:
        return
    assert request is not None
    for word in (*request.userinfo, *request.id_token, *(request.subjects or ()), *(request.acr_values or ())):
        assert word.isascii()
        assert word.isprintable()


@given(PLACE, PLACE, st.frozensets(st.sampled_from(PERSON_SCOPES)))
def test_what_is_given_was_asked_for_and_belongs_to_a_registered_scope(
    userinfo: dict[str, object], id_token: dict[str, object], scopes: frozenset[str]
) -> None:
    """All of it and nothing else; and it survives being stored."""
    client = replace(WEB, scopes=scopes | {"openid"})
    text = json.dumps({"userinfo": userinfo, "id_token": id_token})
    request = ClaimsRequest.parse(text, client)
    assert request is not None
    registered = {name for scope in scopes for name in SCOPE_CLAIMS[scope]} - {"sub"}
    assert set(request.userinfo) == set(userinfo) & registered
    assert set(request.id_token) == set(id_token) & registered
    assert set(request.scopes) <= scopes
    whole = AuthorizationRequest.parse(authorization(scope="openid", claims=text), client)
    assert whole.claims == request
    assert AuthorizationRequest.restored(whole.stored()) == whole


def test_without_openid_it_is_a_parameter_like_any_other() -> None:
    """OIDC Core 5.5: it belongs to an OpenID request; what OAuth does not know is ignored."""
    client = replace(WEB, scopes=frozenset({"openid", "email"}))
    assert AuthorizationRequest.parse(authorization(scope="email", claims="{"), client).claims is None
    with pytest.raises(InvalidRequest):
        AuthorizationRequest.parse(authorization(scope="openid", claims="{"), client)


def test_a_claim_grants_no_scope() -> None:
    request = AuthorizationRequest.parse(
        authorization(scope="openid", claims='{"userinfo":{"name":{"essential":true}}}'), EVERYTHING
    )
    assert request.scopes == ("openid",)
    assert request.scopes_told == ("openid", "profile")
