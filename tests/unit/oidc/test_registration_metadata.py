"""What a client may say of itself: RFC 7591 2, OIDC Registration 2, both logout specifications; O-52, O-53."""

from dataclasses import replace
from typing import Any

import pytest

from idp.oidc.client import AuthMethod, Client
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.oidc.registration import checked_client, is_client_id
from idp.oidc.registration_metadata import answering, is_web_page
from idp.oidc.response_type import ResponseType
from tests.unit.oidc.samples import MACHINE, NATIVE, PUBLIC, WEB

KEYS: tuple[dict[str, object], ...] = ({"kty": "RSA"},)
SIGNING = replace(
    WEB, auth_method=AuthMethod.PRIVATE_KEY_JWT, secrets=(), metadata=ClientMetadata(jwks_uri="https://a.example/jwks")
)
HYBRID = replace(
    WEB,
    grant_types=WEB.grant_types | {"implicit"},
    metadata=ClientMetadata(response_types=("code", "code id_token")),
)
IMPLICIT = replace(
    WEB,
    grant_types=frozenset({"implicit"}),
    scopes=frozenset({"openid"}),
    metadata=ClientMetadata(response_types=("id_token", "id_token token")),
)


def saying(client: Client, **members: Any) -> Client:  # noqa: ANN401 - any member's value
    """The client with these members of its metadata."""
    return replace(client, metadata=replace(client.metadata, **members))


@pytest.mark.parametrize("client", [SIGNING, HYBRID, IMPLICIT, saying(replace(SIGNING), jwks_uri=None, jwks=KEYS)])
def test_sensible_clients_pass_unchanged(client: Client) -> None:
    assert checked_client(client) is client


@pytest.mark.parametrize("response_type", list(ResponseType))
def test_each_response_type_needs_its_grant_types(response_type: ResponseType) -> None:
    """OIDC Registration 2: the table of response_types and grant_types."""
    base = replace(WEB, scopes=frozenset({"openid"}))
    metadata = ClientMetadata(response_types=(response_type.value,))
    for grant_types in ({"authorization_code"}, {"implicit"}, {"authorization_code", "implicit"}):
        client = replace(base, grant_types=frozenset(grant_types), metadata=metadata)
        if grant_types == response_type.grant_types:
            assert checked_client(client) is client
        else:
            with pytest.raises(InvalidClientMetadata, match="grant type"):
                checked_client(client)


@pytest.mark.parametrize(
    ("client", "members", "sentence"),
    [
        (WEB, {"response_types": ("token",)}, "not supported"),
        (WEB, {"response_types": ("id_token code",)}, "not supported"),
        (WEB, {"response_types": ()}, "need a response type"),
        (MACHINE, {"response_types": ("code",)}, "need the grant type authorization_code"),
        (WEB, {"jwks": KEYS, "jwks_uri": "https://a.example/jwks"}, "not be given both"),
        (WEB, {"jwks": ({"kty": "oct"},)}, "private or symmetric"),
        (SIGNING, {"jwks_uri": None}, "needs the keys"),
        (WEB, {"token_endpoint_auth_signing_alg": "none"}, "does not fit"),
        (SIGNING, {"token_endpoint_auth_signing_alg": "HS256"}, "does not fit"),
        (SIGNING, {"token_endpoint_auth_signing_alg": "none"}, "does not fit"),
        (WEB, {"userinfo_signed_response_alg": "none"}, "userinfo_signed_response_alg is"),
        (WEB, {"userinfo_signed_response_alg": "HS256"}, "userinfo_signed_response_alg is"),
        (WEB, {"request_object_signing_alg": "none"}, "request_object_signing_alg is"),
        (WEB, {"request_object_signing_alg": "HS256"}, "request_object_signing_alg is"),
        (SIGNING, {"jwks_uri": "http://a.example/jwks"}, "jwks_uri must be"),
        (WEB, {"initiate_login_uri": "http://wiki.example.org/login"}, "initiate_login_uri must be"),
        (WEB, {"initiate_login_uri": "http://127.0.0.1/login"}, "initiate_login_uri must be"),
        (WEB, {"logo_uri": "javascript:alert(1)"}, "logo_uri must be"),
        (WEB, {"logo_uri": "data:image/png;base64,AA=="}, "logo_uri must be"),
        (WEB, {"logo_uri": "https://a.example/logo#x"}, "logo_uri must be"),
        (WEB, {"policy_uri": "http://wiki.example.org/policy"}, "policy_uri must be"),
        (WEB, {"tos_uri": "ftp://wiki.example.org/tos"}, "tos_uri must be"),
        (WEB, {"sector_identifier_uri": "http://wiki.example.org/sector"}, "sector_identifier_uri must be"),
        (WEB, {"backchannel_logout_uri": "http://wiki.example.org/out"}, "backchannel_logout_uri must be"),
        (WEB, {"backchannel_logout_uri": "https://wiki.example.org/out#x"}, "backchannel_logout_uri must be"),
        (WEB, {"request_uris": ("http://wiki.example.org/r",)}, "request_uris must be"),
        (WEB, {"request_uris": ("https://wiki.example.org/r",) * 101}, "too many request_uris"),
        (WEB, {"frontchannel_logout_uri": "https://wiki.example.org/out#x"}, "without a fragment"),
        (WEB, {"frontchannel_logout_uri": "org.example.app:/out"}, "without a fragment"),
        (WEB, {"frontchannel_logout_uri": "https://elsewhere.example.org/out"}, "of a redirect URI"),
        (WEB, {"frontchannel_logout_uri": "http://wiki.example.org/out"}, "of a redirect URI"),
        (WEB, {"frontchannel_logout_uri": "https://wiki.example.org:8443/out"}, "of a redirect URI"),
        (WEB, {"subject_type": "private"}, "public or pairwise"),
        (WEB, {"default_max_age": -1}, "number of seconds"),
        (WEB, {"default_max_age": 2**31}, "number of seconds"),
        (WEB, {"default_acr_values": ("1 2",)}, "default_acr_values"),
        (WEB, {"default_acr_values": ("2fa",) * 21}, "default_acr_values"),
        (WEB, {"contacts": ("a@example.org",) * 21}, "contacts are at most"),
        (WEB, {"contacts": ("",)}, "contacts are at most"),
        (WEB, {"software_id": "x" * 301}, "software_id"),
        (WEB, {"software_version": "1\n2"}, "software_version"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(client: Client, members: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidClientMetadata, match=sentence):
        checked_client(saying(client, **members))


@pytest.mark.parametrize(
    ("client", "members"),
    [
        (WEB, {"policy_uri": "https://wiki.example.org/policy#privacy", "tos_uri": "http://127.0.0.1:8001/tos"}),
        (WEB, {"request_uris": ("https://wiki.example.org/r#1", "https://wiki.example.org/r#2")}),
        (WEB, {"frontchannel_logout_uri": "https://wiki.example.org/out?x=1"}),
        (NATIVE, {"frontchannel_logout_uri": "http://localhost:8085/out"}),
        (WEB, {"default_max_age": 0, "default_acr_values": ("2fa", "https://refeds.org/profile/mfa")}),
        (WEB, {"software_id": "4NRB1-0XZABZI9E6-5SM3R", "software_version": "2.0", "contacts": ("a@example.org",)}),
        (WEB, {"subject_type": "pairwise"}),
        (WEB, {"token_endpoint_auth_signing_alg": "RS256"}),
        (SIGNING, {"token_endpoint_auth_signing_alg": "PS256", "request_object_signing_alg": "EdDSA"}),
        (WEB, {"userinfo_signed_response_alg": "RS256"}),
    ],
)
def test_what_makes_sense_is_taken(client: Client, members: dict[str, Any]) -> None:
    changed = saying(client, **members)
    assert checked_client(changed) is changed


def test_several_hosts_share_no_subject_by_chance() -> None:
    """O-52, OIDC Core 8.1."""
    two = saying(
        replace(WEB, redirect_uris=("https://a.example.org/cb", "https://b.example.org/cb")), subject_type="pairwise"
    )
    with pytest.raises(InvalidClientMetadata, match="several hosts"):
        checked_client(two)
    named = saying(two, sector_identifier_uri="https://example.org/sector.json")
    assert checked_client(named) is named


@pytest.mark.parametrize("uri", ["http://127.0.0.1/cb", "https://localhost/cb"])
def test_tokens_of_a_web_client_pass_through_no_plain_text(uri: str) -> None:
    """OIDC Registration 2, application_type: https, and no localhost, where the implicit grant is used."""
    for client in (IMPLICIT, HYBRID):
        with pytest.raises(InvalidRedirectUri, match="implicit"):
            checked_client(replace(client, redirect_uris=(uri,)))
    native = replace(IMPLICIT, application_type="native", redirect_uris=(uri,))
    assert checked_client(native) is native


def test_redirect_uris_are_not_without_number() -> None:
    many = tuple(f"https://wiki.example.org/{n}" for n in range(101))
    for field in ("redirect_uris", "post_logout_redirect_uris"):
        changes: dict[str, Any] = {field: many}
        with pytest.raises(InvalidClientMetadata, match="too many"):
            checked_client(replace(WEB, **changes))


def test_a_client_with_a_key_of_its_own_has_no_secret() -> None:
    with pytest.raises(InvalidClientMetadata, match="no secret"):
        checked_client(replace(SIGNING, secrets=WEB.secrets))


@pytest.mark.parametrize(
    "uri",
    ["https://", "https:// x", "https://[x", "https://a.example:port/", "https://u@a.example/", "//a.example", "x"],
)
def test_what_leads_nowhere_is_no_page(uri: str) -> None:
    assert not is_web_page(uri)


def test_response_types_bring_their_grant_types() -> None:
    """What an admin says of the one holds for the other."""
    hybrid = answering(WEB, ["token code", "code"])
    assert hybrid.metadata.response_types == ("code token", "code")
    assert hybrid.grant_types == {"authorization_code", "implicit", "refresh_token"}
    assert checked_client(hybrid) is hybrid
    assert answering(hybrid, ["code"]) == WEB
    implicit = answering(WEB, ["id_token"])
    assert implicit.grant_types == {"implicit"}
    assert "offline_access" not in implicit.scopes
    assert checked_client(implicit) is implicit
    with pytest.raises(InvalidClientMetadata, match="not supported"):
        checked_client(answering(PUBLIC, ["token"]))


@pytest.mark.parametrize(("text", "known"), [("dyn-x", True), ("", False), ("a\0", False), ("ü", False)])
def test_what_cannot_be_a_client_id_need_not_be_looked_up(text: str, known: bool) -> None:  # noqa: FBT001
    assert is_client_id(text) is known
