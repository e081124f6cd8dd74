"""Where a response may go, or why there is nowhere: a fault that is a page and no redirect (RFC 6749 4.1.2.1)."""

from dataclasses import dataclass
from enum import StrEnum

from idp.oidc.errors import InvalidRequest, OAuthError
from idp.oidc.response_type import ResponseMode
from idp.values.ids import ClientId


class Untrusted(StrEnum):
    """Why there is nowhere to send a response to: the person sees a page."""

    CLIENT_MISSING = "client_id is missing"
    CLIENT_REPEATED = "client_id is repeated"
    CLIENT_UNKNOWN = "client_id is not known"
    CLIENT_DISABLED = "the client is disabled"
    REDIRECT_MISSING = "redirect_uri is missing"
    REDIRECT_REPEATED = "redirect_uri is repeated"
    REDIRECT_UNREGISTERED = "redirect_uri is not registered"


class UntrustedRedirect(Exception):
    """Not an OAuthError: it can never be redirected (RFC 6749 4.1.2.1)."""

    def __init__(self, reason: Untrusted, received: str | None = None, *, because: OAuthError | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.received = received
        """The redirect URI or client id as received; escape it where it is shown."""
        self._because = because

    @property
    def code(self) -> str:
        """The RFC's: of what was to be told to the app, if there was something (`because`)."""
        return self._because.code if self._because else InvalidRequest.code

    @property
    def description(self) -> str:
        """For the developer and the security event: a constant of ours, nothing received."""
        return f"{self._because.description}; {self.reason.value}" if self._because else self.reason.value


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRedirect:
    """Where a response may go. Made by `Client.trusted_redirect` alone; with one in hand an error is a redirect."""

    client_id: ClientId
    uri: str
    """As presented, so that a native client's port is its own."""
    state: str | None
    mode: ResponseMode = "query"
    """By which way it goes there."""
