"""The bearer token of a request: RFC 6750 2 and 3; O-44."""

import pytest

from idp.oidc.bearer import bearer_token
from idp.oidc.errors import InvalidBearerRequest, InvalidToken, MissingToken
from idp.oidc.parameters import Parameters
from tests.unit.oidc.samples import form

NOTHING = Parameters(pairs=())
IN_FORM = form(access_token="a.b.c")


@pytest.mark.parametrize("header", ["Bearer a.b.c", "bearer a.b.c", "BEARER   a.b.c "])
def test_the_header_is_read_whatever_the_case_of_its_scheme(header: str) -> None:
    """RFC 9110 11.1; OpenID conformance, access-token-type-header-case-sensitivity."""
    assert bearer_token(header, None, NOTHING).expose() == "a.b.c"
    assert bearer_token(header, NOTHING, NOTHING).expose() == "a.b.c"


def test_a_form_body_is_read() -> None:
    """RFC 6750 2.2; OpenID conformance, oidcc-userinfo-post-body."""
    assert bearer_token(None, IN_FORM, NOTHING).expose() == "a.b.c"


def test_the_query_is_refused() -> None:
    """OAuth 2.1 5.1, also where the header holds one."""
    for header in (None, "Bearer a.b.c"):
        with pytest.raises(InvalidBearerRequest, match="query"):
            bearer_token(header, None, IN_FORM)


@pytest.mark.parametrize(
    ("header", "body"),
    [("Bearer a.b.c", IN_FORM), (None, Parameters.parse(b"access_token=a&access_token=a"))],
)
def test_one_token_in_one_way(header: str | None, body: Parameters) -> None:
    """RFC 6750 2."""
    with pytest.raises(InvalidBearerRequest, match="once") as caught:
        bearer_token(header, body, NOTHING)
    assert caught.value.status == 400


def test_nothing_presented_is_told_apart() -> None:
    """RFC 6750 3.1: the challenge names no error."""
    for body in (None, NOTHING, form(access_token="")):
        with pytest.raises(MissingToken):
            bearer_token(None, body, NOTHING)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer ä", "Bearera.b.c"])
def test_any_other_header_is_an_invalid_token(header: str) -> None:
    with pytest.raises(InvalidToken) as caught:
        bearer_token(header, None, NOTHING)
    assert caught.value.status == 401


def test_the_token_does_not_print() -> None:
    assert repr(bearer_token("Bearer a.b.c", None, NOTHING)) == "BearerToken(…)"


@pytest.mark.parametrize("header", ["Basic x", None])
def test_a_refusal_names_what_the_token_is_for(header: str | None) -> None:
    """RFC 9110 11.5."""
    with pytest.raises(InvalidToken) as refusal:
        bearer_token(header, None, form(), "registration")
    assert (refusal.value.challenge or "").startswith('Bearer realm="registration"')
