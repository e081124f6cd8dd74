"""PKCE: RFC 7636, RFC 9700 2.1.1 and 4.8.2; O-15, O-16, O-17."""

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.errors import InvalidRequest
from idp.oidc.pkce import Challenge, verify
from idp.values.secrets import Verifier
from tests.unit.oidc.samples import CHALLENGE, VERIFIER

VERIFIERS = st.text("ABCXYZabcxyz0189-._~", min_size=43, max_size=128)


def test_the_pair_of_appendix_b_fits() -> None:
    assert verify(Challenge.parse(CHALLENGE, "S256"), Verifier(VERIFIER))


def test_authlib_makes_the_challenge_of_appendix_b() -> None:
    """Pins what is relied upon: base64url of SHA-256 without padding, as text."""
    assert create_s256_code_challenge(VERIFIER) == CHALLENGE


@given(VERIFIERS, VERIFIERS)
def test_a_verifier_fits_its_own_challenge_alone(one: str, other: str) -> None:
    challenge = Challenge.parse(create_s256_code_challenge(one), "S256")
    assert verify(challenge, Verifier(one))
    assert verify(challenge, Verifier(other)) == (one == other)


@pytest.mark.parametrize(
    "verifier", ["a" * 42, "a" * 129, "a" * 42 + "!", "a" * 42 + "ä", "a" * 43 + "\n", "", CHALLENGE[:42] + " "]
)
def test_a_malformed_verifier_fits_nothing(verifier: str) -> None:
    """RFC 7636 4.1: 43 to 128 unreserved characters."""
    assert not verify(Challenge(CHALLENGE), Verifier(verifier))


@pytest.mark.parametrize("length", [43, 128])
def test_the_shortest_and_the_longest_verifier_fit(length: int) -> None:
    text = "a" * length
    assert verify(Challenge(create_s256_code_challenge(text)), Verifier(text))


def test_neither_challenge_nor_verifier_is_fine() -> None:
    """Confidential clients may go without; whether they may is checked in the authorization request."""
    assert verify(None, None)


def test_a_challenge_is_always_enforced() -> None:
    """RFC 7636 4.6."""
    assert not verify(Challenge(CHALLENGE), None)


def test_a_verifier_without_a_challenge_is_a_downgrade() -> None:
    """RFC 9700 4.8.2."""
    assert not verify(None, Verifier(VERIFIER))


def test_no_challenge_is_none() -> None:
    assert Challenge.parse(None, None) is None


@pytest.mark.parametrize("method", [None, "plain", "s256", "S512"])
def test_only_s256_is_taken(method: str | None) -> None:
    """RFC 9700 2.1.1: a missing method would mean plain (RFC 7636 4.3)."""
    with pytest.raises(InvalidRequest, match="S256"):
        Challenge.parse(CHALLENGE, method)


@pytest.mark.parametrize("text", [CHALLENGE + "=", CHALLENGE[:-1], CHALLENGE + "a", "+" * 43, "." * 43])
def test_a_malformed_challenge_is_refused(text: str) -> None:
    """RFC 7636 4.2."""
    with pytest.raises(InvalidRequest, match="43 base64url"):
        Challenge.parse(text, "S256")


def test_a_method_without_a_challenge_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="without code_challenge"):
        Challenge.parse(None, "S256")
