"""Scopes: RFC 6749 3.3, OIDC Core 11; O-13."""

import pytest

from idp.oidc.errors import InvalidScope
from idp.oidc.scopes import allowed, is_scope, parsed_scopes, scope_text


def test_scopes_are_words_between_spaces_each_once() -> None:
    assert parsed_scopes("openid  email openid ") == ("openid", "email")
    assert parsed_scopes(None) == ()
    assert parsed_scopes("") == ()


@pytest.mark.parametrize("text", ['op"enid', "a\\b", "a\tb", "a\nb", "straße"])
def test_other_characters_are_refused(text: str) -> None:
    """RFC 6749 3.3."""
    assert not is_scope(text)
    with pytest.raises(InvalidScope):
        parsed_scopes(f"openid {text}")


def test_only_registered_scopes_are_allowed() -> None:
    assert allowed(("openid", "x", "email"), {"email", "openid", "phone"}) == ("openid", "email")


def test_a_scope_member_is_joined_by_spaces() -> None:
    assert scope_text(("openid", "email")) == "openid email"
