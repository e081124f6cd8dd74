"""What an auditor asks about clients: refusals, replays, revocations, and whether they heard of a sign-out."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from idp.audit.event import PERSONAL, Event
from idp.values.ids import GrantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAuthenticationFailed(Event):
    """Nobody proved to be the client; which one was named stands in the envelope if it exists, else here."""

    kind: ClassVar[str] = "client_authentication_failed"
    reason: str
    endpoint: str
    named: str | None = field(default=None, metadata=PERSONAL)
    """What was sent as client id; it may be anything, so it is sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRefused(Event):
    """An authorization request ended in an error: at the app, or on a page where there was no way back to one."""

    kind: ClassVar[str] = "authorization_refused"
    error: str
    reason: str
    """In the words that the app or, on the page, the developer is told; nothing received."""
    received: str | None = field(default=None, metadata=PERSONAL)
    """The client id or redirect URI that is not registered; it may be anything, so it is sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused(Event):
    """A token request of an authenticated client ended in an error that concerns somebody's grant."""

    kind: ClassVar[str] = "token_refused"
    error: str
    reason: str
    grant: GrantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReplayed(Event):
    """A code was presented a second time; its grant is revoked (RFC 6749 4.1.2)."""

    kind: ClassVar[str] = "code_replayed"
    grant: GrantId


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReplayed(Event):
    """A superseded refresh token came back after its grace; its grant is revoked (RFC 9700 4.14.2)."""

    kind: ClassVar[str] = "refresh_token_replayed"
    grant: GrantId


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Event):
    """A client gave a token back (RFC 7009)."""

    kind: ClassVar[str] = "token_revoked"
    token: Literal["access_token", "refresh_token", "machine_token"]
    grant: GrantId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutDelivered(Event):
    """A client acknowledged that the session of the envelope has ended (Back-Channel Logout 1.0)."""

    kind: ClassVar[str] = "logout_delivered"
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutUndelivered(Event):
    """A client could not be told, or did not acknowledge it; there will be another try."""

    kind: ClassVar[str] = "logout_undelivered"
    fault: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutGivenUp(Event):
    """The last try failed: the client may still hold its own session of that person."""

    kind: ClassVar[str] = "logout_given_up"
    fault: str
    tries: int


ClientDocument = Literal["jwks_uri", "request_uri", "sector_identifier_uri", "logo_uri"]
"""What is fetched from clients, by the member of their metadata that says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentNotFetched(Event):
    """A document of the envelope's client could not be fetched, or is none (without one: it is being registered)."""

    kind: ClassVar[str] = "document_not_fetched"
    document: ClientDocument
    reason: str
    """Stable: a value of `outbound.fetching.FetchFault`."""
    url: str = field(metadata=PERSONAL)
    """Chosen by whoever registers; it may be anything, so it is sealed."""
