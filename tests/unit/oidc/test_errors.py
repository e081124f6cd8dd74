"""Errors: RFC 6749 4.1.2.1 and 5.2, RFC 6750 3, OIDC Core 3.1.2.6, and Authlib's vocabulary as a second opinion."""

import pytest
from authlib.oauth2.rfc6749 import errors as rfc6749
from authlib.oauth2.rfc6750 import errors as rfc6750
from authlib.oidc.core import errors as oidc_core

from idp.oidc import errors
from idp.oidc.errors import OAuthError


def every_error() -> list[type[OAuthError]]:
    """All classes that have a code."""
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and "code" in dir(kind)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (errors.InvalidRequest, rfc6749.InvalidRequestError),
        (errors.InvalidClient, rfc6749.InvalidClientError),
        (errors.InvalidGrant, rfc6749.InvalidGrantError),
        (errors.UnauthorizedClient, rfc6749.UnauthorizedClientError),
        (errors.UnsupportedGrantType, rfc6749.UnsupportedGrantTypeError),
        (errors.UnsupportedResponseType, rfc6749.UnsupportedResponseTypeError),
        (errors.InvalidScope, rfc6749.InvalidScopeError),
        (errors.AccessDenied, rfc6749.AccessDeniedError),
        (errors.InvalidToken, rfc6750.InvalidTokenError),
        (errors.InsufficientScope, rfc6750.InsufficientScopeError),
        (errors.LoginRequired, oidc_core.LoginRequiredError),
        (errors.InteractionRequired, oidc_core.InteractionRequiredError),
        (errors.ConsentRequired, oidc_core.ConsentRequiredError),
        (errors.AccountSelectionRequired, oidc_core.AccountSelectionRequiredError),
        (errors.RequestNotSupported, oidc_core.RequestNotSupportedError),
        (errors.RequestUriNotSupported, oidc_core.RequestURINotSupportedError),
        (errors.RegistrationNotSupported, oidc_core.RegistrationNotSupportedError),
    ],
)
def test_codes_are_those_of_authlib(ours: type[OAuthError], theirs: type[Exception]) -> None:
    assert ours.code == vars(theirs)["error"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.InvalidClient, 401),
        (errors.InvalidToken, 401),
        (errors.MissingToken, 401),
        (errors.InsufficientScope, 403),
        (errors.ServerError, 500),
        (errors.TemporarilyUnavailable, 503),
    ],
)
def test_statuses_that_are_not_400(kind: type[OAuthError], status: int) -> None:
    assert kind("no").status == status


def test_every_other_error_is_400() -> None:
    """RFC 6749 5.2, OpenID conformance."""
    special = {"invalid_client", "invalid_token", "insufficient_scope", "server_error", "temporarily_unavailable"}
    assert {kind.status for kind in every_error() if getattr(kind, "code", "") and kind.code not in special} == {400}


def test_a_body_holds_the_public_part_only() -> None:
    error = errors.InvalidGrant("the code has expired", detail="code 17 of alice")
    assert error.body() == {"error": "invalid_grant", "error_description": "the code has expired"}
    assert error.detail == "code 17 of alice"
    assert str(error) == "the code has expired"


@pytest.mark.parametrize("text", ["", 'a "quoted" word', "a back\\slash", "Straße", "two\nlines", "tab\there"])
def test_a_description_that_the_standards_forbid_cannot_be_made(text: str) -> None:
    """RFC 6749 A.8, OpenID conformance."""
    with pytest.raises(ValueError, match="printable ASCII"):
        errors.InvalidRequest(text)


def test_basic_is_challenged_only_where_it_was_used() -> None:
    """RFC 6749 5.2."""
    assert errors.InvalidClient("no", header_used=True).challenge == 'Basic realm="token", charset="UTF-8"'
    assert errors.InvalidClient("no").challenge is None
    assert errors.InvalidRequest("no").challenge is None


def test_bearer_errors_stand_in_the_challenge() -> None:
    """RFC 6750 3; without a token the challenge names no error (3.1)."""
    assert errors.InvalidToken("expired").challenge == (
        'Bearer realm="userinfo", error="invalid_token", error_description="expired"'
    )
    assert 'error="insufficient_scope"' in str(errors.InsufficientScope("no").challenge)
    assert 'error="invalid_request"' in str(errors.InvalidBearerRequest("no").challenge)
    assert errors.MissingToken("missing").challenge == 'Bearer realm="userinfo"'
