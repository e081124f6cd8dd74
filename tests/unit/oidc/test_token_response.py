"""The members of answers with tokens: RFC 6749 4.2.2, 5.1, OIDC Core 3.1.3.3, 3.2.2.5."""

from idp.oidc.token_response import front_channel_members, token_response
from idp.values.secrets import RefreshToken

ACCESS = {"access_token": "at", "token_type": "Bearer", "expires_in": 600}


def test_the_token_endpoint_tells_what_was_granted() -> None:
    assert token_response("at", ()) == ACCESS
    members = token_response("at", ("openid", "email"), id_token="it", refresh_token=RefreshToken("rt"))
    assert members == {**ACCESS, "scope": "openid email", "id_token": "it", "refresh_token": "rt"}


def test_through_the_browser_everything_is_text() -> None:
    """It stands in a fragment or a form."""
    members = front_channel_members(("openid",), access_token="at", id_token="it")
    assert members == {
        "access_token": "at",
        "token_type": "Bearer",
        "expires_in": "600",
        "scope": "openid",
        "id_token": "it",
    }
    assert "id_token" not in front_channel_members(("openid",), access_token="at", id_token=None)


def test_an_id_token_alone_comes_alone() -> None:
    """OIDC Core 3.2.2.5: token_type and expires_in speak of an access token."""
    assert front_channel_members(("openid",), access_token=None, id_token="it") == {"id_token": "it"}
    assert front_channel_members(("openid",), access_token=None, id_token=None) == {}
