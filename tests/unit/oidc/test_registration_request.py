"""Registration requests: RFC 7591 2 and 3.1, RFC 7592 2.2, OIDC Registration 2; O-53, O-54."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.client import AuthMethod, Client
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.errors import InvalidClientMetadata, InvalidRedirectUri, UnapprovedSoftwareStatement
from idp.oidc.registration import checked_client
from idp.oidc.registration_members import MOST_MEMBERS, Members
from idp.oidc.registration_request import refuse_foreign_update, requested
from idp.oidc.registration_response import standard_metadata
from idp.oidc.scopes import PERSON_SCOPES
from idp.values.ids import ClientId
from tests.unit.oidc.samples import SECRET, WEB

BARE = Client(
    client_id=ClientId("dyn-x"),
    name="dyn-x",
    auth_method=AuthMethod.NONE,
    scopes=frozenset(PERSON_SCOPES),
    require_pkce=False,
)
CALLBACK = "https://app.example.org/callback"
GOOD: dict[str, Any] = {"redirect_uris": [CALLBACK]}

TEXTS = [
    *("jwks_uri", "token_endpoint_auth_signing_alg", "userinfo_signed_response_alg", "request_object_signing_alg"),
    *("sector_identifier_uri", "initiate_login_uri", "logo_uri", "policy_uri", "tos_uri", "software_id"),
    *("software_version", "frontchannel_logout_uri", "backchannel_logout_uri", "client_uri", "client_name", "scope"),
    *("token_endpoint_auth_method", "application_type", "subject_type", "id_token_signed_response_alg"),
]
LISTS = [
    *("redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types", "request_uris", "contacts"),
    "default_acr_values",
]
FLAGS = ["require_auth_time", "frontchannel_logout_session_required", "backchannel_logout_session_required"]
OTHERS = {"default_max_age": 0, "jwks": {"keys": []}}


def members(**sent: Any) -> Members:  # noqa: ANN401 - JSON
    return Members.parse(json.dumps(sent).encode())


def asked(present: Client = BARE, *, legacy: bool = False, **sent: Any) -> Client:  # noqa: ANN401 - JSON
    return requested(members(**{**GOOD, **sent}), present, legacy=legacy)


def test_what_is_left_out_has_the_default_of_the_standards() -> None:
    """RFC 7591 2, OIDC Registration 2; all standard scopes, for most requests name none."""
    client = asked()
    assert client == replace(
        BARE,
        name="app.example.org",
        auth_method=AuthMethod.CLIENT_SECRET_BASIC,
        redirect_uris=(CALLBACK,),
        scopes=frozenset({"openid", "profile", "email", "address", "phone", "groups"}),
    )
    assert not client.first_party
    assert not client.pkce_required
    nothing: dict[str, Any] = dict.fromkeys([*TEXTS, *LISTS[1:], *FLAGS, *OTHERS])
    assert asked(**nothing) == client
    empty: dict[str, Any] = dict.fromkeys(TEXTS, "")
    assert asked(**empty) == client


def test_refresh_tokens_bring_offline_access() -> None:
    client = asked(grant_types=["authorization_code", "refresh_token"])
    assert "offline_access" in client.scopes
    assert "offline_access" not in asked(scope="openid offline_access").scopes
    assert "offline_access" not in asked(client).scopes
    taken_away = replace(client, scopes=frozenset({"openid"}))
    assert asked(taken_away, grant_types=["authorization_code", "refresh_token"]).scopes == {"openid"}


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [("openid", {"openid"}), ("openid  email admin", {"openid", "email"}), ("admin", set()), ("  ", set())],
)
def test_scopes_of_apis_are_not_for_the_taking(scope: str, scopes: set[str]) -> None:
    """RFC 7591 2: a server may allow less than what is asked for."""
    assert asked(scope=scope).scopes == scopes


def test_what_an_admin_decided_stays() -> None:
    present = replace(
        BARE,
        audiences=("https://api.example.org",),
        first_party=True,
        require_pkce=True,
        rotate_refresh_tokens=True,
        scopes=frozenset({"openid", "orders"}),
        metadata=ClientMetadata(claims_in_id_token=True, logo_uri="https://app.example.org/logo"),
    )
    client = asked(present, scope="openid email orders")
    assert asked(present).scopes == {"openid", "orders"}
    assert client.audiences == present.audiences
    assert client.first_party
    assert client.require_pkce
    assert client.rotate_refresh_tokens
    assert client.scopes == {"openid", "orders"}
    assert client.metadata == ClientMetadata(claims_in_id_token=True)
    sly = asked(first_party=True, audiences=["x"], require_pkce=True, claims_in_id_token=True)
    assert sly == asked()


def test_a_public_client_uses_pkce_and_rotates() -> None:
    """RFC 9700 2.1.1, 4.14.2."""
    client = asked(token_endpoint_auth_method="none", application_type="native", redirect_uris=["org.example:/cb"])
    assert client.require_pkce
    assert client.rotate_refresh_tokens
    assert client.name == "dyn-x"


def test_every_member_is_read() -> None:
    """And so echoed (RFC 7591 3.2.1)."""
    sent: dict[str, Any] = {
        "client_name": "App",
        "application_type": "native",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "PS256",
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": ["https://app.example.org/bye"],
        "grant_types": ["authorization_code", "implicit", "refresh_token"],
        "response_types": ["code", "code id_token", "id_token token"],
        "scope": "openid",
        "jwks": {"keys": [{"kty": "RSA", "n": "x", "e": "AQAB", "x5c": ["y"], "odd": 1.5}]},
        "id_token_signed_response_alg": "ES256",
        "userinfo_signed_response_alg": "RS256",
        "request_object_signing_alg": "EdDSA",
        "request_uris": ["https://app.example.org/request#1"],
        "subject_type": "pairwise",
        "sector_identifier_uri": "https://app.example.org/sector",
        "default_max_age": 3600,
        "require_auth_time": True,
        "default_acr_values": ["2fa"],
        "initiate_login_uri": "https://app.example.org/login",
        "client_uri": "https://app.example.org/",
        "logo_uri": "https://app.example.org/logo.png",
        "policy_uri": "https://app.example.org/policy",
        "tos_uri": "https://app.example.org/tos",
        "contacts": ["ops@app.example.org"],
        "software_id": "app",
        "software_version": "2",
        "frontchannel_logout_uri": "https://app.example.org/out",
        "frontchannel_logout_session_required": True,
        "backchannel_logout_uri": "https://app.example.org/told",
        "backchannel_logout_session_required": True,
    }
    client = asked(legacy=True, **sent)
    assert checked_client(client) is client
    told = {name: value for name, value in standard_metadata(client).items() if value is not None}
    assert told == sent
    assert ClientMetadata.restored(json.loads(json.dumps(client.metadata.stored()))) == client.metadata
    unsaid = {"jwks_uri", "claims_in_id_token"}
    default = ClientMetadata()
    same = {
        each.name
        for each in fields(ClientMetadata)
        if getattr(client.metadata, each.name) == getattr(default, each.name)
    }
    assert same == unsaid


def test_words_of_a_response_type_have_no_order() -> None:
    """OAuth 2.0 Multiple Response Type Encoding Practices 3."""
    client = asked(grant_types=["implicit"], response_types=["token id_token", "id_token token"], legacy=True)
    assert client.metadata.response_types == ("id_token token",)
    assert asked(grant_types=["implicit"], legacy=True).metadata.response_types == ()


@pytest.mark.parametrize(
    "grant_types", [["implicit"], ["client_credentials"], ["password"], ["authorization_code", ""]]
)
def test_grant_types_that_are_not_offered_are_refused(grant_types: list[str]) -> None:
    """Implicit only where the server has it; a machine client is an admin's decision."""
    with pytest.raises(InvalidClientMetadata, match="grant_types"):
        asked(grant_types=grant_types)


NO_TEXTS: list[Any] = [1, True, ["x"], {"x": "y"}, 1.5]
NO_LISTS: list[Any] = ["x", 1, {"x": "y"}, [1], [None], ["x", ["y"]]]
NO_FLAGS: list[Any] = ["true", 1, []]
NO_NUMBERS: list[Any] = ["1", 1.0, True, []]
NO_KEYS: list[Any] = ["x", [], {}, {"keys": "x"}, {"keys": ["x"]}, {"keys": {}}]
WRONG = [
    *((name, value) for name in TEXTS for value in NO_TEXTS),
    *((name, value) for name in LISTS for value in NO_LISTS),
    *((name, value) for name in FLAGS for value in NO_FLAGS),
    *(("default_max_age", value) for value in NO_NUMBERS),
    *(("jwks", value) for value in NO_KEYS),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_type_is_refused_by_its_name(name: str, value: Any) -> None:  # noqa: ANN401 - JSON
    with pytest.raises(InvalidClientMetadata, match=f"^{name}:? "):
        asked(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token_endpoint_auth_method", "tls_client_auth"),
        ("application_type", "desktop"),
        ("subject_type", "private"),
        ("id_token_encrypted_response_alg", "RSA-OAEP"),
        ("userinfo_encrypted_response_enc", "A128GCM"),
        ("request_object_encryption_alg", "RSA-OAEP"),
        ("scope", 'a"b'),
    ],
)
def test_what_is_not_offered_is_refused_by_its_name(name: str, value: Any) -> None:  # noqa: ANN401 - JSON
    with pytest.raises(InvalidClientMetadata, match=f"^{name} "):
        asked(**{name: value})


def test_software_statements_are_refused_clearly() -> None:
    """RFC 7591 3.2.2."""
    with pytest.raises(UnapprovedSoftwareStatement) as refusal:
        asked(software_statement="eyJhbGciOiJub25lIn0.e30.")
    assert refusal.value.body()["error"] == "unapproved_software_statement"


def test_what_is_not_known_is_ignored() -> None:
    """RFC 7591 2; names with a language too, which we do not use."""
    odd: dict[str, Any] = {"client_name#de": "Anwendung", "tls_client_auth_san_dns": "x", "odd": {"a": [1]}}
    assert asked(**odd) == asked()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b'"x"',
        b"null",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"a": "\xff"}',
        b'{"a": ' + b"1" * 5000 + b"}",
        b'{"a": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        json.dumps({f"odd_{n}": n for n in range(MOST_MEMBERS + 1)}).encode(),
    ],
)
def test_what_is_no_registration_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidClientMetadata):
        Members.parse(body)


def test_a_request_shows_names_only() -> None:
    assert repr(members(client_secret="s3cret")) == "Members(client_secret)"


@pytest.mark.parametrize("uri", ["http://[x", "https://host:port/", "org.example.app:/cb", ""])
def test_a_name_is_not_made_of_what_is_no_address(uri: str) -> None:
    assert asked(redirect_uris=[uri]).name == "dyn-x"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"client_id": "other"},
        {"client_id": "wiki", "client_secret": "other"},
        *({"client_id": "wiki", name: "x"} for name in ("registration_access_token", "registration_client_uri")),
        *({"client_id": "wiki", name: 0} for name in ("client_secret_expires_at", "client_id_issued_at")),
    ],
)
def test_an_update_changes_nothing_that_is_ours(sent: dict[str, Any]) -> None:
    """RFC 7592 2.2."""
    with pytest.raises(InvalidClientMetadata):
        refuse_foreign_update(members(**sent), WEB)


@pytest.mark.parametrize("sent", [{}, {"client_secret": SECRET.expose()}, {"client_secret": None}])
def test_an_update_names_its_client_and_may_repeat_its_secret(sent: dict[str, Any]) -> None:
    refuse_foreign_update(members(client_id="wiki", **sent), WEB)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
plausible = st.sampled_from(
    ["code", "implicit", "authorization_code", "none", "RS256", CALLBACK, "https://[", "https://a:b", "pairwise", "x y"]
)
documents = st.dictionaries(
    st.sampled_from([*TEXTS, *LISTS, *FLAGS, *OTHERS, "client_name#de", "x"]),
    json_values | plausible | st.lists(plausible | st.text(), max_size=3),
    max_size=12,
)


@given(documents, st.booleans())
def test_any_json_is_a_client_or_a_refusal(document: dict[str, Any], legacy: bool) -> None:  # noqa: FBT001
    """RFC 7591 3.2.2: never an error of ours."""
    body = json.dumps({**GOOD, **document}).encode()
    try:
        client = checked_client(requested(Members.parse(body), WEB, legacy=legacy))
    except (InvalidClientMetadata, InvalidRedirectUri):
        return
    assert ClientMetadata.restored(client.metadata.stored()) == client.metadata


@given(st.binary())
def test_any_octets_are_json_or_a_refusal(body: bytes) -> None:
    try:
        Members.parse(body)
    except InvalidClientMetadata:
        return
    assert isinstance(json.loads(body), dict)
