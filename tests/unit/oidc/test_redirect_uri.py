"""Redirect URIs: RFC 6749 3.1.2, RFC 8252 7 and 8, RFC 9700 2.1 and 4.1; O-01, O-03, O-04."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.errors import InvalidRedirectUri
from idp.oidc.redirect_uri import (
    ApplicationType,
    checked_redirect_uri,
    is_loopback,
    is_private_scheme,
    matches,
    origin_of,
)

REGISTERED = "https://wiki.example.org/cb"


@pytest.mark.parametrize(
    ("uri", "application_type"),
    [
        ("https://wiki.example.org/cb", "web"),
        ("https://wiki.example.org:8443/cb?tenant=a&x=%20", "web"),
        ("https://wiki.example.org", "web"),
        ("http://127.0.0.1:8001/cb", "web"),
        ("http://localhost:8085/cb", "web"),
        ("http://[::1]/cb", "native"),
        ("https://app.example.org/claimed", "native"),
        ("com.example.app:/cb", "native"),
        ("com.example.app://cb", "native"),
    ],
)
def test_what_may_be_registered(uri: str, application_type: ApplicationType) -> None:
    assert checked_redirect_uri(uri, application_type) == uri


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("http://wiki.example.org/cb", "http on 127.0.0.1"),
        ("http://127.1/cb", "http on 127.0.0.1"),
        ("http://localhost.example.org/cb", "http on 127.0.0.1"),
        ("https:///cb", "must name a host"),
        ("https:cb", "must name a host"),
        ("https://wiki.example.org/cb#top", "fragment"),
        ("https://wiki.example.org/cb#", "fragment"),
        ("https://*.example.org/cb", "wildcard"),
        ("https://alice@wiki.example.org/cb", "user name"),
        ("https://alice:secret@wiki.example.org/cb", "user name"),
        ("https://wiki.example.org/cb?code=1", "code or state"),
        ("https://wiki.example.org/cb?state", "code or state"),
        ("https://wiki.example.org/cb?a=1&%69ss=x", "code or state"),
        ("https://wiki.example.org/cb?error=x", "code or state"),
        ("https://wiki.example.org/c b", "printable ASCII"),
        ("https://wiki.example.org/cb\n", "printable ASCII"),
        ("https://wiki.example.org\\cb", "printable ASCII"),
        ("https://straße.example.org/cb", "printable ASCII"),
        ('https://wiki.example.org/"', "printable ASCII"),
        ("", "printable ASCII"),
        ("https://wiki.example.org:port/cb", "well-formed"),
        ("https://[::1/cb", "well-formed"),
        ("https://wiki.example.org/" + "a" * 2000, "at most 2000"),
        ("https://a.example;sandbox/cb", "must name a host"),
        ("https://a.example,frame-src/cb", "must name a host"),
        ("https://a.ex%61mple/cb", "must name a host"),
        ("https://[v1.a.example]/cb", "must name a host"),
        ("/cb", "must use https"),
        ("wiki.example.org/cb", "must use https"),
    ],
)
@pytest.mark.parametrize("application_type", ["web", "native"])
def test_what_nobody_may_register(uri: str, sentence: str, application_type: ApplicationType) -> None:
    with pytest.raises(InvalidRedirectUri, match=sentence):
        checked_redirect_uri(uri, application_type)


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "DATA:text/html,x",
        "file:///etc/passwd",
        "myapp:/cb",
        "ftp://wiki.example.org/cb",
    ],
)
@pytest.mark.parametrize("application_type", ["web", "native"])
def test_a_scheme_without_a_domain_in_it_is_refused(uri: str, application_type: ApplicationType) -> None:
    """RFC 8252 7.1, 8.4."""
    with pytest.raises(InvalidRedirectUri, match="private scheme"):
        checked_redirect_uri(uri, application_type)


def test_a_web_client_has_no_private_scheme() -> None:
    with pytest.raises(InvalidRedirectUri, match="private scheme"):
        checked_redirect_uri("com.example.app:/cb", "web")


@pytest.mark.parametrize(
    "presented",
    [
        "https://wiki.example.org/cb/",
        "https://wiki.example.org/CB",
        "https://WIKI.example.org/cb",
        "HTTPS://wiki.example.org/cb",
        "https://wiki.example.org:443/cb",
        "https://wiki.example.org/cb?",
        "https://wiki.example.org/cb?x=1",
        "https://wiki.example.org/cb#",
        "https://wiki.example.org/%63b",
        "https://wiki.example.org/x/%2e%2e/cb",
        "https://wiki.example.org/./cb",
        "https://wiki.example.org@evil.example/cb",
        "https://wiki.example.org.evil.example/cb",
        "http://wiki.example.org/cb",
        " https://wiki.example.org/cb",
        "",
    ],
)
@pytest.mark.parametrize("application_type", ["web", "native"])
def test_comparison_is_of_strings(presented: str, application_type: ApplicationType) -> None:
    """RFC 9700 2.1, 4.1.3."""
    assert not matches(REGISTERED, presented, application_type)


@given(st.text(max_size=60))
def test_nothing_but_the_registered_uri_matches(presented: str) -> None:
    assert matches(REGISTERED, presented, "native") == (presented == REGISTERED)


@given(st.integers(1, 65535), st.sampled_from(["127.0.0.1", "[::1]"]), st.sampled_from(["", ":4000"]))
def test_a_native_client_may_listen_on_any_loopback_port(port: int, host: str, registered_port: str) -> None:
    """RFC 8252 7.3."""
    assert matches(f"http://{host}{registered_port}/cb?a=1", f"http://{host}:{port}/cb?a=1", "native")
    assert matches(f"http://{host}{registered_port}/cb", f"http://{host}/cb", "native")


@pytest.mark.parametrize(
    ("registered", "presented"),
    [
        ("http://127.0.0.1/cb", "http://[::1]:4000/cb"),
        ("http://127.0.0.1/cb", "http://localhost:4000/cb"),
        ("http://localhost:4000/cb", "http://localhost:4001/cb"),
        ("http://localhost/cb", "http://127.0.0.1/cb"),
        ("http://127.0.0.1/cb", "https://127.0.0.1:4000/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:4000/cb/"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:4000/cb?x"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:\uff14\uff10/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
        ("http://127.0.0.1", "http://127.0.0.1:80@evil.example"),
        ("https://wiki.example.org/cb", "https://wiki.example.org:4000/cb"),
        ("org.example.cli:/cb", "org.example.cli:/other"),
    ],
)
def test_a_native_client_is_free_in_nothing_else(registered: str, presented: str) -> None:
    """RFC 8252 7.3, 8.3, 8.10."""
    assert not matches(registered, presented, "native")


def test_a_web_client_is_not_free_in_its_port() -> None:
    """Free port for native clients only."""
    assert not matches("http://127.0.0.1:8001/cb", "http://127.0.0.1:8002/cb", "web")


@pytest.mark.parametrize(
    ("uri", "loopback", "private", "origin"),
    [
        ("https://wiki.example.org/cb", False, False, "https://wiki.example.org"),
        ("https://WIKI.example.org:443/cb", False, False, "https://wiki.example.org"),
        ("https://wiki.example.org:8443/cb", False, False, "https://wiki.example.org:8443"),
        ("http://127.0.0.1:8001/cb", True, False, "http://127.0.0.1:8001"),
        ("http://[::1]:80/cb", True, False, "http://[::1]"),
        ("http://localhost/cb", True, False, "http://localhost"),
        ("https://localhost/cb", False, False, "https://localhost"),
        ("com.example.app:/cb", False, True, None),
        ("https:cb", False, False, None),
    ],
)
def test_where_a_uri_leads(uri: str, *, loopback: bool, private: bool, origin: str | None) -> None:
    """RFC 6454 6.2: an origin is lower case and omits a default port."""
    assert (is_loopback(uri), is_private_scheme(uri), origin_of(uri)) == (loopback, private, origin)
