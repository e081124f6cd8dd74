"""Grant types by the names that clients register and send (RFC 7591 2)."""

AUTHORIZATION_CODE = "authorization_code"
IMPLICIT = "implicit"
"""Never at the token endpoint: its tokens come from the authorization endpoint."""
REFRESH_TOKEN = "refresh_token"
CLIENT_CREDENTIALS = "client_credentials"

GRANT_TYPES = (AUTHORIZATION_CODE, IMPLICIT, REFRESH_TOKEN, CLIENT_CREDENTIALS)
SIGNS_IN = frozenset({AUTHORIZATION_CODE, IMPLICIT})
"""Those that speak for a person."""
