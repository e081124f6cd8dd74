"""The words beside each error."""

from __future__ import annotations

import pytest

from idp.demo.errors_explained import explain_error, known_codes

AUTHORIZATION = [  # RFC 6749 4.1.2.1 and OpenID Connect Core 3.1.2.6, as far as a code flow meets them
    "invalid_request",
    "unauthorized_client",
    "access_denied",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "interaction_required",
    "login_required",
    "account_selection_required",
    "consent_required",
]
TOKEN = ["invalid_client", "invalid_grant"]  # RFC 6749 5.2


@pytest.mark.parametrize("code", [*AUTHORIZATION, *TOKEN, "unmet_authentication_requirements"])
def test_every_error_a_sign_in_can_meet_has_words_of_its_own(code: str) -> None:
    """No person should read a bare code."""
    assert code in known_codes()
    assert explain_error(code).headline
    assert explain_error(code).meaning


def test_an_unknown_code_is_told_as_such() -> None:
    """Extensions may send anything."""
    assert "does not know the code" in explain_error("x_future").meaning
