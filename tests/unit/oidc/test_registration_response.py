"""What a client is told of itself: RFC 7591 3.2.1, RFC 7592 3."""

from dataclasses import replace

from idp.oidc.bearer import BearerToken
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.registration_response import client_information, standard_metadata
from tests.unit.oidc.samples import ISSUER, SECRET, WEB

TOKEN = BearerToken("t0ken")


def test_a_secret_is_told_with_its_end_and_once() -> None:
    """RFC 7591 3.2.1: client_secret_expires_at is due with a secret; 0 is never."""
    told = client_information(WEB, ISSUER, registration_token=TOKEN, secret=SECRET)
    assert (told["client_secret"], told["client_secret_expires_at"]) == (SECRET.expose(), 0)
    later = client_information(WEB, ISSUER, registration_token=TOKEN)
    assert not {"client_secret", "client_secret_expires_at"} & later.keys()
    assert later["registration_access_token"] == "t0ken"
    assert later["registration_client_uri"] == "https://id.example.org/register/wiki"


def test_what_was_not_said_is_left_out() -> None:
    told = client_information(WEB, ISSUER, registration_token=TOKEN)
    assert {name for name, value in told.items() if value in (None, [], "")} == set()
    assert "jwks" not in told
    assert told["require_auth_time"] is False


def test_keys_are_a_set() -> None:
    """RFC 7517 5; no keys at all are said too."""
    key = {"kty": "RSA", "n": "x", "e": "AQAB"}
    assert standard_metadata(replace(WEB, metadata=ClientMetadata(jwks=(key,))))["jwks"] == {"keys": [key]}
    told = client_information(replace(WEB, metadata=ClientMetadata(jwks=())), ISSUER, registration_token=TOKEN)
    assert told["jwks"] == {"keys": []}
