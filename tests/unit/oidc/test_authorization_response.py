"""The Authorization Response: RFC 6749 4.1.2, 4.2.2, RFC 9207, response modes; O-06, O-08, O-12."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.authorization_response import AuthorizationResponse, failure, success, with_query
from idp.oidc.errors import LoginRequired
from idp.oidc.response_type import RESPONSE_MODES, ResponseMode
from idp.oidc.trusted_redirect import TrustedRedirect
from tests.unit.oidc.samples import ISSUER, WEB

STATES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


CODE = {"code": "c0de"}


def redirect(
    state: str | None, uri: str = "https://wiki.example.org/cb", mode: ResponseMode = "query"
) -> TrustedRedirect:
    """Where the response goes."""
    return TrustedRedirect(client_id=WEB.client_id, uri=uri, state=state, mode=mode)


def test_a_code_comes_with_state_and_issuer() -> None:
    assert success(redirect("x/y"), CODE, ISSUER).url == (
        "https://wiki.example.org/cb?code=c0de&state=x%2Fy&iss=https%3A%2F%2Fid.example.org"
    )


def test_an_error_comes_with_state_and_issuer() -> None:
    """RFC 9207 2: the issuer stands in errors too; OpenID conformance: and nothing else."""
    url = failure(redirect("x"), LoginRequired("no session", detail="hush"), ISSUER).url
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "error": "login_required",
        "error_description": "no session",
        "state": "x",
        "iss": ISSUER,
    }
    assert "error_description=no%20session" in url


def test_without_state_none_is_sent() -> None:
    assert "state" not in success(redirect(None), CODE, ISSUER).members
    assert "state" not in failure(redirect(None), LoginRequired("no session"), ISSUER).members


@given(STATES, st.sampled_from(["query", "fragment"]))
def test_state_comes_back_exactly(state: str, mode: ResponseMode) -> None:
    """RFC 6749 4.1.2."""
    url = success(redirect(state, mode=mode), CODE, ISSUER).url
    encoded = urlsplit(url).query if mode == "query" else urlsplit(url).fragment
    assert dict(parse_qsl(encoded, keep_blank_values=True))["state"] == state
    assert url.isascii()
    assert not set(url) & set(" \t\r\n\"<>'")


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://a.example/cb", "https://a.example/cb?k=v"),
        ("https://a.example", "https://a.example?k=v"),
        ("https://a.example/cb?x=%20&y", "https://a.example/cb?x=%20&y&k=v"),
        ("https://a.example/cb?", "https://a.example/cb?k=v"),
        ("https://a.example/cb?x&", "https://a.example/cb?x&k=v"),
        ("com.example.app:/cb", "com.example.app:/cb?k=v"),
    ],
)
def test_the_registered_query_is_kept(uri: str, expected: str) -> None:
    """RFC 6749 3.1.2; OpenID conformance, oidcc-redirect-uri-query-OK."""
    assert with_query(uri, {"k": "v"}) == expected


def test_a_fragment_leaves_the_query_alone() -> None:
    """Multiple Response Types 2.1."""
    response = success(redirect("x", "https://a.example/cb?k=v", "fragment"), CODE, ISSUER)
    assert response.url == "https://a.example/cb?k=v#code=c0de&state=x&iss=https%3A%2F%2Fid.example.org"


def test_a_posted_answer_has_no_address_that_says_it() -> None:
    """Form Post Response Mode 2: the query stays as registered."""
    response = success(redirect("x", "https://a.example/cb?k=v", "form_post"), CODE, ISSUER)
    assert response.redirect_uri == "https://a.example/cb?k=v"
    assert response.members == {"code": "c0de", "state": "x", "iss": ISSUER}
    with pytest.raises(ValueError, match="posted"):
        _ = response.url


@pytest.mark.parametrize("name", ["access_token", "id_token"])
def test_a_token_never_stands_in_a_query(name: str) -> None:
    """Multiple Response Types 3, 5."""
    with pytest.raises(ValueError, match="never stands in a query"):
        success(redirect("x"), {name: "t"}, ISSUER)
    assert "=t&" in success(redirect("x", mode="fragment"), {name: "t"}, ISSUER).url


@pytest.mark.parametrize("mode", RESPONSE_MODES)
def test_an_answer_is_kept_whole(mode: ResponseMode) -> None:
    response = success(redirect("ä/\"'", mode=mode), CODE, ISSUER)
    assert AuthorizationResponse.restored(response.stored()) == response


def test_an_answer_does_not_print_its_secrets() -> None:
    assert "c0de" not in repr(success(redirect("x"), CODE, ISSUER))


def test_nothing_to_add_leaves_the_uri_alone() -> None:
    assert with_query("https://a.example/cb", {}) == "https://a.example/cb"
