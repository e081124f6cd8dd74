"""Front-Channel Logout 1.0 2, 3; O-60."""

import pytest

from idp.oidc.frontchannel_logout import MOST_FRAMES, Frame, frames
from tests.unit.oidc.samples import ISSUER

SESSION = "5f0c"
ADDED = f"iss=https%3A%2F%2Fid.example.org&sid={SESSION}"


@pytest.mark.parametrize(
    ("uri", "framed", "origin"),
    [
        ("https://a.example.org/out", f"https://a.example.org/out?{ADDED}", "https://a.example.org"),
        ("https://a.example.org/out?x=1", f"https://a.example.org/out?x=1&{ADDED}", "https://a.example.org"),
        ("https://A.example.org:8443/out?", f"https://A.example.org:8443/out?{ADDED}", "https://a.example.org:8443"),
        ("https://[2001:db8::1]/out", f"https://[2001:db8::1]/out?{ADDED}", "https://[2001:db8::1]"),
        ("http://127.0.0.1:8001/out", f"http://127.0.0.1:8001/out?{ADDED}", "http://127.0.0.1:8001"),
    ],
)
def test_iss_and_sid_are_added_to_what_is_registered(uri: str, framed: str, origin: str) -> None:
    """The registered query stays; the origin is as a policy spells it."""
    assert frames([(uri, SESSION)], ISSUER) == (Frame(uri=framed, origin=origin),)


@pytest.mark.parametrize("uri", ["org.example.app:/out", "https://a;frame-ancestors/out", "https://a,b/out"])
def test_what_a_policy_cannot_name_is_not_framed(uri: str) -> None:
    """No address can add a directive of its own to the header."""
    assert frames([(uri, SESSION), ("https://b.example.org/", SESSION)], ISSUER)[0].origin == "https://b.example.org"


def test_the_header_stays_short() -> None:
    uris = [f"https://app{number}.example.org/out" for number in range(MOST_FRAMES + 5)]
    found = frames([(uri, SESSION) for uri in uris], ISSUER)
    assert [frame.uri.partition("?")[0] for frame in found] == uris[:MOST_FRAMES]
