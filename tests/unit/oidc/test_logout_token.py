"""Logout tokens: Back-Channel Logout 1.0 2.4, OpenID conformance, O-59."""

from datetime import UTC, datetime

from idp.oidc import access_token, id_token, logout_token
from idp.oidc.logout_token import logout_token_claims
from idp.values.ids import ClientId, Subject
from tests.unit.oidc.samples import ISSUER

AT = datetime(2031, 3, 5, 14, 5, 10, 987654, tzinfo=UTC)
SESSION = "0197a2b4-0000-7000-8000-000000000001"


def test_it_says_exactly_what_the_standard_lists() -> None:
    """O-59: one event with an empty object, sub and sid, no nonce; a token of two minutes."""
    claims = logout_token_claims(
        issuer=ISSUER, client_id=ClientId("wiki"), sub=Subject("s-1"), sid=SESSION, jti="j-1", at=AT
    )
    assert claims == {
        "iss": "https://id.example.org",
        "sub": "s-1",
        "aud": "wiki",
        "iat": 1930485910,
        "exp": 1930486030,
        "jti": "j-1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        "sid": SESSION,
    }


def test_its_type_is_its_own() -> None:
    """V9.2.2, RFC 8725 3.11: it passes for no other token of ours."""
    assert logout_token.TYP == "logout+jwt"
    assert len({logout_token.TYP, id_token.TYP, access_token.TYP}) == 3
