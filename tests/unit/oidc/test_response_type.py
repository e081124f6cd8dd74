"""Response types and modes: RFC 6749 3.1.1, Multiple Response Types, Form Post Response Mode; O-07, O-12."""

from itertools import permutations

import pytest

from idp.oidc.errors import UnsupportedResponseType
from idp.oidc.response_type import ResponseType, answer_mode

CALLBACK = "https://wiki.example.org/cb"


@pytest.mark.parametrize("response_type", ResponseType)
def test_the_order_of_its_words_does_not_matter(response_type: ResponseType) -> None:
    """RFC 6749 3.1.1."""
    for words in permutations(response_type.words):
        assert ResponseType.parse(" ".join(words)) is response_type


@pytest.mark.parametrize(
    "text", ["token", "none", "code code", "CODE", "code  id_token", " code", "code ", "code\ttoken", "code x"]
)
def test_nothing_else_is_one(text: str) -> None:
    with pytest.raises(UnsupportedResponseType):
        ResponseType.parse(text)


@pytest.mark.parametrize(
    ("response_type", "code", "id_token", "access_token", "grant_types"),
    [
        ("code", True, False, False, {"authorization_code"}),
        ("id_token", False, True, False, {"implicit"}),
        ("id_token token", False, True, True, {"implicit"}),
        ("code id_token", True, True, False, {"authorization_code", "implicit"}),
        ("code token", True, False, True, {"authorization_code", "implicit"}),
        ("code id_token token", True, True, True, {"authorization_code", "implicit"}),
    ],
)
def test_what_each_brings_and_needs(
    response_type: str, *, code: bool, id_token: bool, access_token: bool, grant_types: set[str]
) -> None:
    """OIDC Core 3, OIDC Registration 2."""
    found = ResponseType(response_type)
    assert (found.brings_code, found.brings_id_token, found.brings_access_token) == (code, id_token, access_token)
    assert found.grant_types == grant_types
    assert found.front_channel is (id_token or access_token)


@pytest.mark.parametrize(
    ("response_type", "response_mode", "expected"),
    [
        ("code", None, "query"),
        ("code", "query", "query"),
        ("code", "fragment", "fragment"),
        ("code", "form_post", "form_post"),
        ("id_token", None, "fragment"),
        ("token code", None, "fragment"),
        ("id_token", "query", "fragment"),
        ("id_token token", "form_post", "form_post"),
        (None, None, "query"),
        (None, "fragment", "fragment"),
        (None, "form_post", "form_post"),
        ("none", "query", "query"),
        ("token", None, "fragment"),
        ("token x", "query", "fragment"),
        ("code", "jwt", "query"),
        ("id_token", "jwt", "fragment"),
    ],
)
def test_an_answer_comes_as_asked_where_that_fits(
    response_type: str | None, response_mode: str | None, expected: str
) -> None:
    """RFC 6749 4.1.2.1, 4.2.2.1; Multiple Response Types 2.1, 5; of errors too."""
    assert answer_mode(response_type, response_mode, CALLBACK) == expected


@pytest.mark.parametrize("response_type", ResponseType)
def test_a_form_needs_an_address_that_a_browser_posts_to(response_type: ResponseType) -> None:
    found = answer_mode(response_type, "form_post", "com.example.app:/cb")
    assert found == ("fragment" if response_type.front_channel else "query")
    assert answer_mode(response_type, "form_post", "http://127.0.0.1:5151/cb") == "form_post"
