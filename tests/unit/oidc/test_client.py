"""What a client is allowed, and where its responses may go; O-01, O-02, O-03, O-14."""

from dataclasses import replace

import pytest

from idp.oidc.client import AuthMethod, Client
from idp.oidc.response_type import ResponseType
from idp.oidc.trusted_redirect import TrustedRedirect, Untrusted, UntrustedRedirect
from idp.values.secrets import Token
from tests.unit.oidc.samples import ISSUER, MACHINE, NATIVE, PUBLIC, WEB

CALLBACK = "https://wiki.example.org/cb"


def refusal(client: Client, redirect_uri: str | None, *, openid: bool = True) -> UntrustedRedirect:
    """Why the client gets no trusted redirect."""
    with pytest.raises(UntrustedRedirect) as caught:
        client.trusted_redirect(redirect_uri, "s", openid=openid)
    return caught.value


def test_a_registered_uri_becomes_trusted_as_it_was_presented() -> None:
    assert WEB.trusted_redirect(CALLBACK, "s") == TrustedRedirect(client_id=WEB.client_id, uri=CALLBACK, state="s")
    assert NATIVE.trusted_redirect("http://127.0.0.1:5151/cb", None).uri == "http://127.0.0.1:5151/cb"
    assert NATIVE.trusted_redirect("http://localhost:8085/cb", None).state is None


def test_an_unregistered_uri_is_refused_and_told_to_the_page() -> None:
    """RFC 6749 4.1.2.1."""
    refused = refusal(WEB, CALLBACK + "/")
    assert (refused.reason, refused.received) == (Untrusted.REDIRECT_UNREGISTERED, CALLBACK + "/")


def test_openid_connect_needs_the_uri_in_the_request() -> None:
    """OIDC Core 3.1.2.1."""
    assert refusal(WEB, None).reason is Untrusted.REDIRECT_MISSING


def test_plain_oauth_may_leave_out_the_only_uri() -> None:
    """RFC 6749 3.1.2.3."""
    assert WEB.trusted_redirect(None, None, openid=False).uri == CALLBACK


@pytest.mark.parametrize("client", [NATIVE, MACHINE])
def test_among_several_or_none_the_uri_cannot_be_guessed(client: Client) -> None:
    """RFC 6749 3.1.2.3."""
    assert refusal(client, None, openid=False).reason is Untrusted.REDIRECT_MISSING


def test_a_disabled_client_gets_no_redirect() -> None:
    refused = refusal(replace(WEB, active=False), CALLBACK)
    assert (refused.reason, refused.received) == (Untrusted.CLIENT_DISABLED, "wiki")


def test_types() -> None:
    """RFC 6749 2.1."""
    types = [each.client_type for each in (WEB, PUBLIC, NATIVE, MACHINE)]
    assert types == ["confidential", "public", "public", "machine"]
    both = replace(MACHINE, grant_types=frozenset({"client_credentials", "authorization_code"}))
    assert both.client_type == "confidential"
    assert PUBLIC.public
    assert not MACHINE.public


def test_an_app_that_registered_itself_is_known_by_its_token() -> None:
    """RFC 7591 5: what such an app says of itself, nobody here has looked at."""
    assert not WEB.registered_itself
    assert replace(WEB, registration_token=Token("x" * 43).digest()).registered_itself


def test_pkce_and_rotation_are_never_optional_for_public_clients() -> None:
    """RFC 9700 2.1.1, 4.14.2: whatever the switches say."""
    careless = replace(PUBLIC, require_pkce=False, rotate_refresh_tokens=False)
    assert careless.pkce_required
    assert careless.rotates
    assert (WEB.pkce_required, WEB.rotates) == (False, False)
    strict = replace(WEB, require_pkce=True, rotate_refresh_tokens=True)
    assert (strict.pkce_required, strict.rotates) == (True, True)


def test_home_is_the_page_or_the_first_origin() -> None:
    assert replace(WEB, client_uri="https://wiki.example.org/start").home == "https://wiki.example.org/start"
    assert WEB.home == "https://wiki.example.org"
    assert replace(NATIVE, redirect_uris=("org.example.cli:/cb", "http://localhost:8085/cb")).home == (
        "http://localhost:8085"
    )
    assert replace(NATIVE, redirect_uris=("org.example.cli:/cb",)).home is None
    assert MACHINE.home is None


def test_access_tokens_are_signed_like_id_tokens_and_machines_use_es256() -> None:
    assert WEB.access_token_alg == "RS256"
    assert replace(WEB, id_token_alg="EdDSA").access_token_alg == "EdDSA"
    assert MACHINE.access_token_alg == "ES256"


def test_the_audience_is_what_is_registered_and_the_issuer_where_userinfo_is_read() -> None:
    """RFC 9068 3."""
    api = "https://jobs.example.org"
    assert WEB.access_token_audience({"openid"}, ISSUER) == (ISSUER,)
    assert WEB.access_token_audience({"jobs.read"}, ISSUER) == (ISSUER,)
    assert MACHINE.access_token_audience({"jobs.read"}, ISSUER) == (api,)
    assert replace(WEB, audiences=(api,)).access_token_audience({"openid"}, ISSUER) == (api, ISSUER)
    assert replace(WEB, audiences=(ISSUER, api)).access_token_audience({"openid"}, ISSUER) == (api, ISSUER)


@pytest.mark.parametrize(
    ("uri", "asked"),
    [
        ("http://127.0.0.1:5151/cb", True),
        ("http://[::1]:4000/cb", True),
        ("http://localhost:8085/cb", True),
        ("org.example.cli:/cb", True),
        ("https://app.example.org/claimed", False),
    ],
)
def test_a_client_that_any_program_can_pose_as_is_asked_about_each_time(uri: str, *, asked: bool) -> None:
    """RFC 8252 8.6; a secret keeps others from a code, and from no token that comes without one."""
    confidential = replace(NATIVE, auth_method=AuthMethod.CLIENT_SECRET_BASIC)
    for response_type in ResponseType:
        assert NATIVE.asks_consent_each_time(uri, response_type) is asked
        assert not replace(NATIVE, first_party=True).asks_consent_each_time(uri, response_type)
        proved = response_type is ResponseType.CODE
        assert confidential.asks_consent_each_time(uri, response_type) is (asked and not proved)


def test_sign_out_ends_at_an_exactly_registered_uri() -> None:
    """RP-Initiated Logout 2."""
    assert WEB.may_leave_to("https://wiki.example.org/bye")
    assert not WEB.may_leave_to("https://wiki.example.org/bye?")
    assert not WEB.may_leave_to(CALLBACK)
