"""The Authorization Response: RFC 6749 4.1.2, RFC 9207; O-06, O-08."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.authorization_response import failure, success, with_query
from idp.oidc.client import TrustedRedirect
from idp.oidc.errors import LoginRequired
from idp.values.secrets import Code
from tests.unit.oidc.samples import ISSUER, WEB

STATES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


def redirect(state: str | None, uri: str = "https://wiki.example.org/cb") -> TrustedRedirect:
    """Where the response goes."""
    return TrustedRedirect(client_id=WEB.client_id, uri=uri, state=state)


def test_a_code_comes_with_state_and_issuer() -> None:
    assert success(redirect("x/y"), Code("c0de"), ISSUER) == (
        "https://wiki.example.org/cb?code=c0de&state=x%2Fy&iss=https%3A%2F%2Fid.example.org"
    )


def test_an_error_comes_with_state_and_issuer() -> None:
    """RFC 9207 2: the issuer stands in errors too; OpenID conformance: and nothing else."""
    url = failure(redirect("x"), LoginRequired("no session", detail="hush"), ISSUER)
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "error": "login_required",
        "error_description": "no session",
        "state": "x",
        "iss": ISSUER,
    }
    assert "error_description=no%20session" in url


def test_without_state_none_is_sent() -> None:
    assert "state" not in success(redirect(None), Code("c"), ISSUER)
    assert "state" not in failure(redirect(None), LoginRequired("no session"), ISSUER)


@given(STATES)
def test_state_comes_back_exactly(state: str) -> None:
    """RFC 6749 4.1.2."""
    url = success(redirect(state), Code("c"), ISSUER)
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))["state"] == state
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


def test_nothing_to_add_leaves_the_uri_alone() -> None:
    assert with_query("https://a.example/cb", {}) == "https://a.example/cb"
