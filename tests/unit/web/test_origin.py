"""The one trusted client address (ASVS V4.1.3, RFC 9700 4.13), and what else is known of where a request came from."""

import os
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from idp.web.origin import AGENT_LENGTH, cleaned_agent, client_address, origin

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # a stranger's header is only a claim
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),  # what stands left of the first stranger is forged
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1", "10.0.0.2"], "198.51.100.1"),  # headers in a row are one list
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, garbage"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("fd00::1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:203.0.113.7", [], "203.0.113.7"),
        ("fe80::1%eth0", [], "fe80::1"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_the_nearest_hop_that_is_not_ours(peer: str, forwarded: list[str], address: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


@given(st.text(), st.lists(st.text()))
def test_garbage_never_raises(peer: str, forwarded: list[str]) -> None:
    client_address(peer, forwarded, PROXIES)


def test_the_agent_is_one_short_line() -> None:
    """CR, LF and what is not seen would forge lines in a log."""
    assert cleaned_agent("Firefox\r\n\x00\u202eevil") == "Firefoxevil"
    assert len(cleaned_agent("x" * 1000)) == AGENT_LENGTH


def test_every_request_has_an_id_of_its_own() -> None:
    scope: dict[str, object] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [],
        "client": None,
    }
    made = {origin(Request(scope), [], os.urandom).request_id for _ in range(5)}
    assert len(made) == 5
    assert all(len(each) == 12 for each in made)
