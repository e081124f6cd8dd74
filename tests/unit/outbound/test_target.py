"""What is read from a URL before anybody is asked for an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.outbound.target import FetchFailed, FetchFault, Target

HOSTS = frozenset({"app.internal", "10.0.0.7:8443", "[::1]:9000"})


def fault(url: str) -> FetchFault:
    with pytest.raises(FetchFailed) as failed:
        Target.parse(url)
    return failed.value.reason


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://App.example.org", Target(host="app.example.org", port=443, path="/"), "app.example.org"),
        ("HTTPS://a.example:443/k", Target(host="a.example", port=443, path="/k"), "a.example"),
        ("https://a.example:8443?x=1", Target(host="a.example", port=8443, path="/?x=1"), "a.example:8443"),
        ("https://[2606:4700::1]:8/k?a#b", Target(host="2606:4700::1", port=8, path="/k?a"), "[2606:4700::1]:8"),
        ("https://xn--bcher-kva.example/%C3%BC", Target(host="xn--bcher-kva.example", port=443, path="/%C3%BC"), None),
    ],
)
def test_an_https_url_names_host_port_and_path(url: str, target: Target, authority: str | None) -> None:
    assert Target.parse(url) == target
    assert target.authority == (authority or target.host)


@pytest.mark.parametrize(
    "url", ["http://a.example/", "ftp://a.example", "file:///etc/passwd", "//a.example", "jwks", "a:1"]
)
def test_nothing_but_https(url: str) -> None:
    assert fault(url) is FetchFault.NOT_HTTPS


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "https://user@a.example/",
        "https://user:secret@a.example/",
        "https://@a.example/",
        "https://a.example:0/",
        "https://a.example:65536/",
        "https://a.example:x/",
        "https://a example/",
        "https://a.example/\r\nHost: b",
        "https://a.example\\@b.example/",
        "https://b\u00fccher.example/",
        "https://a..example/",
        "https://.a.example/",
        "https://a%2eexample/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://[v1.a]/",
        "https://[10.0.0.7]/",
        "https://a.example/" + "x" * 2000,
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 127}example/",
    ],
)
def test_a_url_that_two_parsers_could_read_differently_is_none(url: str) -> None:
    assert fault(url) is FetchFault.BAD_URL


@given(st.text(max_size=60).map(lambda text: f"https://{text}") | st.text(max_size=60))
def test_any_text_is_a_target_or_a_fault(text: str) -> None:
    try:
        target = Target.parse(text)
    except FetchFailed:
        return
    assert 0 < target.port < 65536
    assert target.path[0] in "/?"
    assert target.host.isascii()
    assert "@" not in target.host


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://app.internal/", True),
        ("https://APP.internal:9999/", True),
        ("https://10.0.0.7:8443/", True),
        ("https://10.0.0.7/", False),
        ("https://[::1]:9000/", True),
        ("https://[::1]/", False),
        ("https://app.internal./", False),
        ("https://app.internal.example/", False),
    ],
)
def test_fetch_hosts_name_a_host_or_one_port_of_it(url: str, *, named: bool) -> None:
    assert Target.parse(url).is_among(HOSTS) is named


def test_a_fault_never_shows_the_url() -> None:
    with pytest.raises(FetchFailed, match=r"\Anot_https\Z"):
        Target.parse("http://user:secret@a.example/")
