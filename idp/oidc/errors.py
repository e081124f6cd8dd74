"""The errors of OAuth 2, OpenID Connect and bearer tokens: a class per code of the RFCs.

Owns code, HTTP status and the public text. Whether an error becomes a redirect, JSON or a page is decided by the edge.

    OAuthError
    ├─ authorization   InvalidRequest UnauthorizedClient AccessDenied UnsupportedResponseType InvalidScope
    │                  ServerError TemporarilyUnavailable LoginRequired InteractionRequired ConsentRequired
    │                  AccountSelectionRequired UnmetAuthenticationRequirements RequestNotSupported
    │                  RequestUriNotSupported RegistrationNotSupported InvalidRequestObject InvalidRequestUri
    ├─ token           InvalidRequest InvalidClient InvalidGrant UnauthorizedClient UnsupportedGrantType
    │                  InvalidScope InvalidTarget
    ├─ registration    InvalidRedirectUri InvalidClientMetadata UnapprovedSoftwareStatement
    └─ BearerError     InvalidToken (MissingToken) InsufficientScope InvalidBearerRequest
"""

import re
from typing import ClassVar, Literal

Realm = Literal["userinfo", "registration"]
"""What a bearer token is for (RFC 9110 11.5)."""

_DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 A.8


class OAuthError(Exception):
    """A refusal with a public description and a private detail.

    The description is a constant of ours, never input: printable ASCII without quote or backslash (RFC 6749 A.8),
    anything else raises ValueError. The detail goes to the security event or the log and never leaves the house.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 400

    def __init__(self, description: str, *, detail: str | None = None) -> None:
        if not _DESCRIPTION.fullmatch(description):
            raise ValueError("an error description must be printable ASCII without quote or backslash")
        super().__init__(description)
        self.description = description
        self.detail = detail

    def body(self) -> dict[str, str]:
        """The JSON members of RFC 6749 5.2."""
        return {"error": self.code, "error_description": self.description}

    @property
    def challenge(self) -> str | None:
        """The value of `WWW-Authenticate`, where the error calls for one."""
        return None


class InvalidRequest(OAuthError):
    """RFC 6749 4.1.2.1, 5.2."""

    code = "invalid_request"


class InvalidClient(OAuthError):
    """RFC 6749 5.2: client authentication failed; the challenge is given where the Authorization header was used."""

    code = "invalid_client"
    status = 401

    def __init__(self, description: str, *, detail: str | None = None, header_used: bool = False) -> None:
        super().__init__(description, detail=detail)
        self.header_used = header_used

    @property
    def challenge(self) -> str | None:
        """RFC 7617 2: Basic, in UTF-8."""
        return 'Basic realm="token", charset="UTF-8"' if self.header_used else None


class InvalidGrant(OAuthError):
    """RFC 6749 5.2."""

    code = "invalid_grant"


class UnauthorizedClient(OAuthError):
    """RFC 6749 4.1.2.1, 5.2: this client may not do that."""

    code = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """RFC 6749 5.2."""

    code = "unsupported_grant_type"


class UnsupportedResponseType(OAuthError):
    """RFC 6749 4.1.2.1."""

    code = "unsupported_response_type"


class InvalidScope(OAuthError):
    """RFC 6749 4.1.2.1, 5.2."""

    code = "invalid_scope"


class InvalidTarget(OAuthError):
    """RFC 8707 2."""

    code = "invalid_target"


class AccessDenied(OAuthError):
    """RFC 6749 4.1.2.1: the person or a rule said no."""

    code = "access_denied"


class LoginRequired(OAuthError):
    """OIDC Core 3.1.2.6."""

    code = "login_required"


class InteractionRequired(OAuthError):
    """OIDC Core 3.1.2.6."""

    code = "interaction_required"


class ConsentRequired(OAuthError):
    """OIDC Core 3.1.2.6."""

    code = "consent_required"


class AccountSelectionRequired(OAuthError):
    """OIDC Core 3.1.2.6."""

    code = "account_selection_required"


class UnmetAuthenticationRequirements(OAuthError):
    """OpenID Connect Core Error Code unmet_authentication_requirements 1.0."""

    code = "unmet_authentication_requirements"


class RequestNotSupported(OAuthError):
    """OIDC Core 3.1.2.6."""

    code = "request_not_supported"


class RequestUriNotSupported(OAuthError):
    """OIDC Core 3.1.2.6."""

    code = "request_uri_not_supported"


class RegistrationNotSupported(OAuthError):
    """OIDC Core 3.1.2.6."""

    code = "registration_not_supported"


class InvalidRequestObject(OAuthError):
    """OIDC Core 3.1.2.6, RFC 9101 7."""

    code = "invalid_request_object"


class InvalidRequestUri(OAuthError):
    """OIDC Core 3.1.2.6, RFC 9101 7."""

    code = "invalid_request_uri"


class InvalidRedirectUri(OAuthError):
    """RFC 7591 3.2.2."""

    code = "invalid_redirect_uri"


class InvalidClientMetadata(OAuthError):
    """RFC 7591 3.2.2."""

    code = "invalid_client_metadata"


class UnapprovedSoftwareStatement(OAuthError):
    """RFC 7591 3.2.2: we trust nobody's statements about software."""

    code = "unapproved_software_statement"


class ServerError(OAuthError):
    """RFC 6749 4.1.2.1: our fault."""

    code = "server_error"
    status = 500


class TemporarilyUnavailable(OAuthError):
    """RFC 6749 4.1.2.1: busy or without a database."""

    code = "temporarily_unavailable"
    status = 503


class BearerError(OAuthError):
    """RFC 6750 3: an error of a protected resource repeats itself in `WWW-Authenticate`."""

    def __init__(self, description: str, *, detail: str | None = None, realm: Realm = "userinfo") -> None:
        super().__init__(description, detail=detail)
        self.realm = realm

    @property
    def challenge(self) -> str | None:
        """Scheme, code and description; the description cannot hold a quote."""
        return f'Bearer realm="{self.realm}", error="{self.code}", error_description="{self.description}"'


class InvalidToken(BearerError):
    """RFC 6750 3.1: expired, revoked, malformed, of another kind or for another audience."""

    code = "invalid_token"
    status = 401


class MissingToken(InvalidToken):
    """RFC 6750 3.1: nothing was presented, so the challenge names no error."""

    @property
    def challenge(self) -> str | None:
        """The scheme alone."""
        return f'Bearer realm="{self.realm}"'


class InvalidBearerRequest(BearerError):
    """RFC 6750 3.1: for instance a token presented in two ways."""

    code = "invalid_request"


class InsufficientScope(BearerError):
    """RFC 6750 3.1."""

    code = "insufficient_scope"
    status = 403
