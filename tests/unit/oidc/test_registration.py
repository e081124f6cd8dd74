"""Which clients may be registered: RFC 7591 2, RFC 9700; O-04, O-26."""

from dataclasses import replace
from typing import Any

import pytest

from idp.oidc.client import AuthMethod, Client
from idp.oidc.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.oidc.registration import checked_client
from tests.unit.oidc.samples import MACHINE, NATIVE, PUBLIC, WEB


@pytest.mark.parametrize("client", [WEB, PUBLIC, NATIVE, MACHINE])
def test_sensible_clients_pass_unchanged(client: Client) -> None:
    assert checked_client(client) is client


def test_a_client_may_act_for_people_and_for_itself() -> None:
    both = replace(WEB, grant_types=WEB.grant_types | {"client_credentials"}, scopes=WEB.scopes | {"jobs.read"})
    assert checked_client(both) is both


@pytest.mark.parametrize("client_uri", [None, "https://wiki.example.org/", "http://intranet/wiki?x=1"])
def test_the_page_of_a_client_is_a_web_page(client_uri: str | None) -> None:
    assert checked_client(replace(WEB, client_uri=client_uri)).client_uri == client_uri


@pytest.mark.parametrize(
    ("client", "changes", "sentence"),
    [
        (WEB, {"client_id": ""}, "client id has 1 to 100"),
        (WEB, {"client_id": "-x"}, "client id has 1 to 100"),
        (WEB, {"client_id": "a b"}, "client id has 1 to 100"),
        (WEB, {"client_id": "a:b"}, "client id has 1 to 100"),
        (WEB, {"client_id": "a" * 101}, "client id has 1 to 100"),
        (WEB, {"client_id": "gKx0sG3mS8S0c2yqYkq1vQ"}, "identifier of a person"),
        (WEB, {"client_id": "0" * 32}, "identifier of a person"),
        (WEB, {"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff"}, "identifier of a person"),
        (WEB, {"name": "  "}, "needs a name"),
        (WEB, {"name": "n" * 101}, "needs a name"),
        (WEB, {"name": "Wi\nki"}, "control characters"),
        (WEB, {"name": "\u3164"}, "invisible"),
        (WEB, {"client_uri": "javascript:alert(1)"}, "page of a client"),
        (WEB, {"client_uri": "https://"}, "page of a client"),
        (WEB, {"client_uri": "https://wiki.example.org/ x"}, "page of a client"),
        (WEB, {"client_uri": 'https://wiki.example.org/"'}, "page of a client"),
        (WEB, {"grant_types": frozenset()}, "at least one grant type"),
        (WEB, {"grant_types": frozenset({"password"})}, "Grant types are"),
        (WEB, {"id_token_alg": "none"}, "ID tokens are signed"),
        (WEB, {"id_token_alg": "HS256"}, "ID tokens are signed"),
        (WEB, {"scopes": frozenset({"two words"})}, "A scope is"),
        (WEB, {"audiences": ("",)}, "audience must not be empty"),
        (WEB, {"secrets": ()}, "needs one"),
        (WEB, {"secrets": WEB.secrets * 3}, "at most two"),
        (WEB, {"auth_method": AuthMethod.NONE}, "no secret"),
        (PUBLIC, {"require_pkce": False}, "must use PKCE"),
        (PUBLIC, {"rotate_refresh_tokens": False}, "must rotate"),
        (PUBLIC, {"grant_types": PUBLIC.grant_types | {"client_credentials"}}, "cannot use client_credentials"),
        (WEB, {"redirect_uris": ()}, "needs a redirect URI"),
        (MACHINE, {"redirect_uris": WEB.redirect_uris}, "no redirect URIs"),
        (MACHINE, {"grant_types": frozenset({"refresh_token"})}, "authorization_code beside it"),
        (WEB, {"grant_types": frozenset({"authorization_code"})}, "offline_access needs"),
        (MACHINE, {"scopes": frozenset({"openid"})}, "signs nobody in"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(client: Client, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidClientMetadata, match=sentence):
        checked_client(replace(client, **changes))


@pytest.mark.parametrize("field", ["redirect_uris", "post_logout_redirect_uris"])
def test_every_redirect_uri_is_checked(field: str) -> None:
    """RFC 7591 3.2.2: invalid_redirect_uri."""
    changes: dict[str, Any] = {field: ("https://wiki.example.org/cb", "http://wiki.example.org/cb")}
    with pytest.raises(InvalidRedirectUri):
        checked_client(replace(WEB, **changes))
