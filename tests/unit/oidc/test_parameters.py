"""Parameters: RFC 6749 3.1, 3.2 and appendix B; O-05."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.errors import InvalidRequest
from idp.oidc.parameters import MOST, Parameters

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=20))
def test_what_a_client_encodes_is_read_back(pairs: list[tuple[str, str]]) -> None:
    """RFC 6749 appendix B: application/x-www-form-urlencoded over UTF-8."""
    assert Parameters.parse(urlencode(pairs).encode()).pairs == tuple(pairs)


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(raw: bytes) -> None:
    """Bad input gets a clear answer: parameters or invalid_request, nothing else."""
    try:
        parameters = Parameters.parse(raw)
    except InvalidRequest:
        return
    assert all("\0" not in name + value for name, value in parameters.pairs)


@pytest.mark.parametrize("raw", [b"a=%ff", b"a=\xc3\x28", b"%ff=a", b"a=%ED%A0%80", b"a=%C0%AF"])
def test_octets_that_are_no_utf8_are_refused(raw: bytes) -> None:
    with pytest.raises(InvalidRequest, match="UTF-8"):
        Parameters.parse(raw)


@pytest.mark.parametrize("raw", [b"a=%", b"a=%4", b"a=%zz", b"%g1=a"])
def test_a_broken_percent_escape_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidRequest, match="percent escape"):
        Parameters.parse(raw)


@pytest.mark.parametrize("raw", [b"a=%00", b"a\0=1", b"%00=1"])
def test_nul_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidRequest, match="NUL"):
        Parameters.parse(raw)


def test_too_many_parameters_are_refused() -> None:
    pairs = [(f"p{n}", "1") for n in range(MOST)]
    assert Parameters.parse(urlencode(pairs).encode()) == Parameters(pairs=tuple(pairs))
    with pytest.raises(InvalidRequest, match="too many"):
        Parameters.parse(urlencode([*pairs, ("q", "1")]).encode())


def test_a_parameter_without_a_value_is_treated_as_omitted() -> None:
    """RFC 6749 3.1."""
    parameters = Parameters.parse(b"state=&scope&&nonce=n")
    assert parameters.one("state") is None
    assert parameters.one("scope") is None
    assert parameters.one("display") is None
    assert parameters.one("nonce") == "n"
    with pytest.raises(InvalidRequest, match="state is missing"):
        parameters.required("state")


@pytest.mark.parametrize("raw", [b"state=a&state=b", b"state=a&state=", b"state&state", b"state=a&st%61te=a"])
def test_a_parameter_sent_twice_is_refused(raw: bytes) -> None:
    """RFC 6749 3.1: whatever its values, and however its name is spelt."""
    parameters = Parameters.parse(raw)
    assert parameters.duplicates == {"state"}
    with pytest.raises(InvalidRequest, match="repeated"):
        parameters.one("state")
    with pytest.raises(InvalidRequest, match="repeated"):
        parameters.refuse_duplicates()


def test_resource_alone_may_repeat() -> None:
    """RFC 8707 2."""
    parameters = Parameters.parse(b"resource=a&resource=b&resource=&scope=c")
    parameters.refuse_duplicates()
    assert parameters.all("resource") == ("a", "b")
    with pytest.raises(InvalidRequest):
        parameters.refuse_duplicates(repeatable=frozenset())


def test_printing_shows_names_and_no_values() -> None:
    """Values may be secrets (V16.2.5)."""
    assert repr(Parameters.parse(b"client_id=wiki&client_secret=hush")) == "Parameters(client_id, client_secret)"
