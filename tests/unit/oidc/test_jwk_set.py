"""RFC 7517 5: the keys of a client as JSON, and which of them may be registered."""

import re

import pytest

from idp.oidc.jwk_set import MOST_KEYS, MOST_OCTETS, Jwk, check_public, keys_of

RSA: Jwk = {"kty": "RSA", "n": "x", "e": "AQAB"}


def test_keys_are_kept_as_they_were_given() -> None:
    """So that the registration can be read back as it was sent (RFC 7591 3.2.1)."""
    jwk = {**RSA, "x5t": "abc", "use": "sig", "ext": True, "x5c": ["abc"]}
    keys = keys_of({"keys": [jwk, {"kty": "new"}], "more": 1})
    check_public(keys)
    assert keys == (jwk, {"kty": "new"})


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (None, "no JWK Set"),
        ([], "no JWK Set"),
        ({"keys": "x"}, "no JWK Set"),
        ({"keys": [5]}, "no JWK Set"),
        ({"keys": [RSA] * (MOST_KEYS + 1)}, "more than 50 keys"),
    ],
)
def test_what_is_no_set(document: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        keys_of(document)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ({**RSA, "more": "x" * MOST_OCTETS}, "too large"),
        ({**RSA, "d": "AQAB"}, "private or symmetric"),
        ({"kty": "oct"}, "private or symmetric"),
        ({"k": "c2VjcmV0"}, "private or symmetric"),
        ({**RSA, "kid": "\x1b[2J"}, "control characters"),
        ({**RSA, "kid": "\x9b2J"}, "control characters"),
        ({**RSA, "\u202e": 1}, "control characters"),
        ({**RSA, "x5c": [["deep"]]}, "a list of them"),
        ({**RSA, "odd": {}}, "a list of them"),
    ],
)
def test_what_may_not_be_registered(key: Jwk, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        check_public((RSA, key))
