"""The three cookies and the two checks of forms: attributes, shapes, the table of origins, the token."""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from idp.login.browser_session import KNOWN_LIFETIME
from idp.values.issuer import Issuer
from idp.values.secrets import CookieValue
from idp.web import cookies, csrf

HTTPS = Issuer.parse("https://id.example.org")
LOOPBACK = Issuer.parse("http://localhost:8000")
VALUE = CookieValue("A" * 42 + "-")
KEY = b"k" * 32


def request(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": pairs})


@pytest.mark.parametrize(
    ("issuer", "header"),
    [
        (HTTPS, f"__Host-known={VALUE.expose()}; Max-Age=15552000; Path=/; HttpOnly; SameSite=Lax; Secure"),
        (LOOPBACK, f"known={VALUE.expose()}; Max-Age=15552000; Path=/; HttpOnly; SameSite=Lax"),
    ],
)
def test_a_cookie_is_host_bound_on_https(issuer: Issuer, header: str) -> None:
    """SP 800-63B 5.1.1; on loopback browsers refuse the prefix without Secure."""
    response = Response()
    cookies.keep(response, issuer, "known", VALUE, KNOWN_LIFETIME)
    assert response.headers.getlist("set-cookie") == [header]


def test_without_a_lifetime_a_cookie_ends_with_the_browser_and_cookies_add_up() -> None:
    response = Response()
    cookies.keep(response, HTTPS, "session", VALUE)
    cookies.clear(response, HTTPS, "browser")
    kept, cleared = response.headers.getlist("set-cookie")
    assert "Max-Age" not in kept
    assert cleared.startswith("__Host-browser=; Max-Age=0; Path=/")


def test_cookies_come_back_as_they_were_kept() -> None:
    sent = request(cookie=f"__Host-known={VALUE.expose()}; session={VALUE.expose()}; __Host-browser={VALUE.expose()}")
    assert cookies.read(sent, HTTPS) == cookies.Cookies(known=VALUE, browser=VALUE)


@pytest.mark.parametrize(
    "garbage", ["", "short", "A" * 44, "A" * 42 + "=", "A" * 42 + "é", '"' + "A" * 41 + '"', "\x00"]
)
def test_garbage_counts_as_absent(garbage: str) -> None:
    assert cookies.read(request(cookie=f"session={garbage}"), LOOPBACK) == cookies.Cookies()


@pytest.mark.parametrize(
    ("site", "origin", "ours"),
    [
        ("same-origin", "https://id.example.org", True),
        ("same-origin", "null", True),
        ("same-origin", None, True),
        ("same-origin", "https://evil.example", False),
        ("none", None, True),
        ("none", "https://id.example.org", True),
        ("none", "https://evil.example", False),
        ("same-site", "https://id.example.org", False),
        ("cross-site", "https://evil.example", False),
        ("cross-site", None, False),
        ("whatever", "https://id.example.org", False),
        (None, "https://id.example.org", True),
        (None, "null", False),
        (None, "https://evil.example", False),
        (None, "https://id.example.org.evil.example", False),
        (None, None, True),
    ],
)
def test_where_a_form_stood(site: str | None, origin: str | None, *, ours: bool) -> None:
    """ASVS V3.5.1: each line of the table in the module."""
    headers = {"sec_fetch_site": site, "origin": origin}
    sent = request(**{name: value for name, value in headers.items() if value is not None})
    assert csrf.same_origin(sent, HTTPS) is ours


@pytest.mark.parametrize("issuer", ["https://ID.example.org", "https://id.example.org:443", "https://id.example.org/a"])
def test_origins_are_compared_as_browsers_spell_them(issuer: str) -> None:
    assert csrf.same_origin(request(origin="https://id.example.org"), Issuer.parse(issuer))


def test_a_port_and_a_literal_address_belong_to_the_origin() -> None:
    assert csrf.same_origin(request(origin="http://[::1]:8000"), Issuer.parse("http://[::1]:8000"))
    assert not csrf.same_origin(request(origin="http://localhost:8001"), LOOPBACK)
